import SeedMail

/// What a letter's template is filled with.
struct LetterFilling {
  private let kind: LetterKind
  private let narrative: Narrative
  private let subscriber: Letter.Subscriber?

  init(_ kind: LetterKind, _ narrative: Narrative, _ subscriber: Letter.Subscriber?) {
    self.kind = kind
    self.narrative = narrative
    self.subscriber = subscriber
  }

  private var dossier: Dossier { narrative.dossier }

  /// One line of text from outside, which can't pass for a place to fill in.
  private func field(_ text: String, _ characterCountMax: Int) -> String {
    PlainText.line(text, characterCountMax: characterCountMax)
      .replacing("[[", with: "[ [").replacing("]]", with: "] ]")
  }

  func values(_ extent: Letter.Extent) throws(Letter.Refusal) -> [String: Any] {
    let limit = extent.nameCharacterCountMax
    let seeds = dossier.seeds
    let isAdopted = seeds.contains { $0.seed.scheme == .adopted }
    let messages = dossier.messages
    let names = Set(seeds.compactMap(\.seed.participant))
    let withdrawn = seeds.compactMap(\.seed.withdrawnAt).min()
      .map { ReportDate(time: $0, isMonth: false).day }
    var values: [String: Any] = [
      "case": dossier.case.id.description,
      "bundle": BundleWriter.name(of: dossier, .regulator),
      "organisation": field(dossier.organisation?.name ?? "", limit),
      "organisationDomain": organisationDomain.map { [field($0, limit)] } ?? [],
      "sender": field(narrative.sender, max(limit, Narrative.nameCharacterCountMax)),
      "isOne": seeds.count == 1, "isOneMessage": messages.count == 1,
      "addresses": seeds.prefix(extent.addressCountMax).map { address($0, limit) },
      "moreAddresses": rest(seeds.count, extent.addressCountMax),
      "messages": messages.prefix(extent.messageCountMax).map { message($0, limit) },
      "moreMessages":
        rest(messages.count + dossier.omittedMessageCount, extent.messageCountMax),
      "madeWord": isAdopted ? "set aside" : "made", "isAdopted": isAdopted,
      "isMinted": !isAdopted,
      "isOwn": narrative.isOrganisationItself, "isNamed": narrative.senderDomain != nil,
      "isStrong": narrative.isStrong, "isWeak": !narrative.isStrong,
      "withdrawn": withdrawn.map { [$0] } ?? [],
      "consentNo": seeds.allSatisfy { $0.seed.optIn == .no },
      "hasSeveralPeople": names.count > 1,
      "hasHitControls": !dossier.statistics.hitControls.isEmpty,
      "isCompany": subscriber == .company, "isIndividual": subscriber == .individual,
      "seedDomain": seedDomain,
    ]
    values["event"] = try event(values, limit)
    return values
  }

  /// How many there are beyond those that are listed.
  private func rest(_ count: Int, _ shown: Int) -> [String] {
    count > shown ? [LargeNumber.grouped(count - shown)] : []
  }

  /// The organisation's own domain that it is known by.
  private var organisationDomain: String? {
    dossier.organisation?.domains.first { $0.role == .own && $0.revokedAt == nil }
      .map { PlainText.domain($0.domain) }
  }

  /// The domain of the addresses.
  private var seedDomain: String {
    let address = dossier.seeds.first.map { dossier.address(of: $0.seed.id) } ?? ""
    guard let at = address.lastIndex(of: "@") else { return "[[THE DOMAIN OF THE ADDRESS]]" }
    return PlainText.domain(String(address[address.index(after: at)...]))
  }

  private func address(_ entry: Dossier.SeedEntry, _ limit: Int) -> [String: Any] {
    let consent =
      switch entry.seed.optIn {
      case .yes: ["agreed to"]
      case .no: ["not agreed to"]
      case .notAsked: ["not asked for"]
      case nil: [String]()
      }
    let address = dossier.address(of: entry.seed.id)
    return [
      "address": address.isEmpty ? "[[THE ADDRESS]]" : field(address, 320),
      "made": ReportDate(time: entry.seed.mintedAt, isMonth: false).day,
      "form": entry.seed.form.isEmpty ? [] : [field(entry.seed.form, max(limit, 100))],
      "consent": consent,
    ]
  }

  /// A message in one line: when, what it says of itself, and what shows it.
  private func message(_ message: Dossier.Message, _ limit: Int) -> String {
    let facts = message.sighting.facts
    let time = ReportDate(time: message.sighting.arrivedAt, isMonth: false).words
    let author =
      facts.from.first.map { "from <\(field($0.address, limit))>" } ?? "without an author"
    let what =
      switch message.judgement.grade {
      case .a: "signed with the author's domain's key, and the signature covers the address"
      case .aESP: "signed by a mailing platform, and the signature covers the address"
      case .b: "signed, and the address stands in the signed text"
      case .c: "signed, but the signature does not cover the address"
      case .d: "no signature proves who sent it"
      }
    return "\(time), \(author), subject “\(field(facts.subject, limit))”: \(what)"
  }

  /// What happened, in a few sentences.
  private func event(
    _ values: [String: Any],
    _ limit: Int
  ) throws(Letter.Refusal) -> String {
    var values = values
    let isOwn = narrative.isOrganisationItself
    let writerReads =
      isOwn ? kind == .accessOrganisation || kind == .complaint : kind == .accessSender
    values["writer"] = writerReads ? "you" : values["sender"]
    if isOwn, !writerReads { values["writer"] = values["organisation"] }
    values["it"] =
      kind == .accessSender || kind == .pecr
      ? "an e-mail address of mine" : dossier.seeds.count == 1 ? "it" : "one of them"
    let first = dossier.messages.first(where: narrative.isStrong) ?? dossier.messages.first
    values["day"] =
      first.map { ReportDate(time: $0.sighting.arrivedAt, isMonth: false).day }
      ?? "[[THE DAY]]"
    values["isImpersonation"] = narrative.messageClass == .impersonation
    values["isBounce"] = narrative.messageClass == .bounce
    // The sender is to name its source itself.
    values["namesOrganisation"] = kind != .accessSender && dossier.organisation != nil
    let organisation = field(dossier.organisation?.name ?? "", limit)
    values["relation"] =
      narrative.messageClass == .related
      ? "recorded as a company of the same group as \(organisation), or as its successor"
      : "not \(organisation), and is not recorded as writing for it"
    if !isOwn { values["withdrawnByOther"] = values["withdrawn"] }
    var text = try Letter.render(PackageResources.letter_event_mustache, values)
    while text.hasSuffix("\n") { text.removeLast() }
    return text
  }
}
