import SeedAuth
import SeedCrypto
import SeedMail

/// What a bundle shows of one message: that it is what arrived, and who wrote it.
struct MessageCheck: Sendable {
  let entry: BundleDescription.Message
  /// Whether nothing of it was altered since it arrived.
  private(set) var integrity = Assessment()
  /// What its signatures show; `nil` where the message isn't in the bundle.
  private(set) var mail: SignedMail?
  /// Whether what its signatures show may be relied on.
  private(set) var reliance = Assessment()

  private struct Arrival {
    let recipient: Mailbox
    let at: Timestamp
    let sighting: String
  }

  /// Checks a message of a bundle.
  init(
    _ entry: BundleDescription.Message,
    seed: MintCheck,
    _ files: BundleFiles,
    _ ledger: BundleLedger,
    _ trust: BundleTrust
  ) async {
    self.entry = entry
    do throws(Contradiction) {
      try await check(seed: seed, files, ledger, trust)
    } catch {
      integrity.limit(to: .failed, error.reason)
      reliance.limit(to: .failed, error.reason)
    }
  }

  private mutating func check(
    seed: MintCheck,
    _ files: BundleFiles,
    _ ledger: BundleLedger,
    _ trust: BundleTrust
  ) async throws(Contradiction) {
    let leaf = try files.required(entry.part + "/leaf")
    let proved = try place(leaf, of: seed, ledger)
    guard files[entry.part + "/opening.json"] != nil else {
      let known: Set = ["leaf", "rcpt.tlog-proof", "meta.json"]
      let names = files.names(in: entry.part) + files.names(in: entry.part + "/dns")
      if let stranger = names.first(where: { !known.contains($0) }) {
        throw Contradiction("\(entry.part) has \(stranger), and nothing opens its receipt.")
      }
      return integrity.limit(
        to: .notShown,
        "\(entry.part): only the leaf is disclosed, and not what it commits to."
      )
    }
    let opening = try MessageOpening(
      files.json(entry.part + "/opening.json"),
      path: entry.part + "/opening.json"
    )
    let meta = try files.required(entry.part + "/meta.json")
    guard opening.receiptLeaf(meta: meta) == leaf else {
      throw Contradiction("\(entry.part): the receipt commits to something else.")
    }
    let arrival = try arrival(files)
    guard seed.names(arrival.recipient) else {
      throw Contradiction("\(entry.part) was sent to another address than its seed's.")
    }
    let answers = try answers(files, opening, ledger)
    try checkJudgement(files, opening, arrival, ledger)
    let (bytes, isHeaderOnly) = try content(files, opening)
    if let proved, arrival.at > proved.advanced(by: MintCheck.clockErrorMax) {
      integrity.limit(
        to: .supported,
        "\(entry.part) is said to have arrived at \(arrival.at.rfc3339), after the ledger held it: a clock was wrong."
      )
    }
    let keys: [SignedMail.KeySource: [DNSAnswer]] = [
      .known: trust.keys, .archive: answers,
      .signedZone: try BundleDNS.proved(answers, by: files, in: entry.part + "/dns", trust.anchors),
    ]
    mail = await SignedMail(
      bytes,
      isHeaderOnly: isHeaderOnly,
      keys: keys,
      recipient: arrival.recipient,
      arrivedAt: arrival.at,
      provedAt: max(proved ?? arrival.at, arrival.at)
    )
  }

  /// Finds the receipt in the ledger; returns the time by which it was there.
  private mutating func place(
    _ leaf: [UInt8],
    of seed: MintCheck,
    _ ledger: BundleLedger
  ) throws(Contradiction) -> Timestamp? {
    let index = try ledger.index(of: leaf, provedBy: entry.part + "/rcpt.tlog-proof")
    if let minted = seed.leafIndex, minted >= index {
      throw Contradiction("\(entry.part) was recorded before its seed was minted.")
    }
    ledger.limit(&integrity, for: index)
    guard let time = ledger.latestBirth(of: index) else {
      let reason =
        "\(entry.part): nobody else says since when: no authority stamped, and no witness cosigned, a checkpoint that holds the receipt."
      integrity.limit(to: .notShown, reason)
      reliance.limit(to: .supported, reason)
      return nil
    }
    let sentence = "\(entry.part) was in the ledger by \(time.time.rfc3339), says \(time.witness)"
    integrity.limitTime(time.isKnown, sentence)
    reliance.limitTime(time.isKnown, sentence)
    return time.time
  }

  private func arrival(_ files: BundleFiles) throws(Contradiction) -> Arrival {
    let path = entry.part + "/meta.json"
    let json = try files.json(path)
    guard json["v"]?.integer == 1, let recipient = json["recipient"]?.string,
      let at = recipient.lastIndex(of: "@"),
      let arrived = json["arrived"]?.string.flatMap(Timestamp.init(rfc3339:)),
      let sighting = json["sighting"]?.string
    else { throw Contradiction("\(path) is malformed.") }
    let mailbox = Mailbox(
      displayName: nil,
      localPart: String(recipient[..<at]),
      domain: String(recipient[recipient.index(after: at)...])
    )
    return Arrival(recipient: mailbox, at: arrived, sighting: sighting)
  }

  /// The message, or its header where the body was left out.
  private mutating func content(
    _ files: BundleFiles,
    _ opening: MessageOpening
  ) throws(Contradiction) -> (bytes: [UInt8], isHeaderOnly: Bool) {
    let header = files[entry.part + "/header.eml"]
    guard let bytes = files[entry.part + "/message.eml"] else {
      guard let header else { throw Contradiction("\(entry.part)/message.eml is missing.") }
      let reason =
        "\(entry.part): body withheld, so that the receipt's digest of it is taken as given."
      integrity.limit(to: .supported, reason)
      reliance.limit(
        to: .supported,
        "\(entry.part): body withheld; the signature over the header was checked."
      )
      return (header, true)
    }
    guard header == nil else {
      throw Contradiction("\(entry.part) has a header beside the message.")
    }
    guard SHA256.hash(bytes) == opening.rawDigest else {
      throw Contradiction("\(entry.part)/message.eml isn't the message that arrived.")
    }
    return (bytes, false)
  }

  /// The archived DNS answers, which the receipt or a leaf of their own commits to.
  private mutating func answers(
    _ files: BundleFiles,
    _ opening: MessageOpening,
    _ ledger: BundleLedger
  ) throws(Contradiction) -> [DNSAnswer] {
    let folder = entry.part + "/dns"
    guard let archive = files[folder + "/dns.json"] else {
      guard files.names(in: folder).isEmpty, opening.answersSalt == nil else {
        throw Contradiction("\(folder)/dns.json is missing.")
      }
      guard opening.dnsDigest == SHA256.hash([]) else {
        throw Contradiction(
          "\(entry.part): the DNS answers that its receipt commits to are missing."
        )
      }
      return []
    }
    if let salt = opening.answersSalt {
      let leaf = Commitment.saltedLine(.dns, label: "seeddns/v1", salt: salt, content: archive)
      ledger.limit(
        &integrity,
        for: try ledger.index(of: leaf, provedBy: folder + "/dns.tlog-proof")
      )
    } else if SHA256.hash(archive) != opening.dnsDigest {
      throw Contradiction("\(folder)/dns.json isn't what the receipt commits to.")
    }
    guard let answers = try? DNSArchive.answers(in: archive) else {
      throw Contradiction("\(folder)/dns.json is malformed.")
    }
    var known: Set = ["dns.json", "dns.tlog-proof"]
    for (name, content) in BundleDNS.files(of: answers) {
      known.insert(name)
      guard files["\(folder)/\(name)"] == content else {
        throw Contradiction("\(folder)/\(name) doesn't say what dns.json says.")
      }
    }
    known.formUnion(files.names(in: folder).filter(BundleDNS.isChain))
    if let stranger = files.names(in: folder).first(where: { !known.contains($0) }) {
      throw Contradiction("\(folder)/\(stranger) belongs to no answer.")
    }
    return answers
  }

  /// That the judgement was recorded as it is shown.
  private mutating func checkJudgement(
    _ files: BundleFiles,
    _ opening: MessageOpening,
    _ arrival: Arrival,
    _ ledger: BundleLedger
  ) throws(Contradiction) {
    let path = entry.part + "/judge.tlog-proof"
    guard let judgement = opening.judgement else {
      guard files[path] == nil else { throw Contradiction("\(path) proves nothing.") }
      return
    }
    guard judgement.content["sighting"]?.string == arrival.sighting else {
      throw Contradiction("\(entry.part): the judgement is of another message.")
    }
    let leaf = Commitment.saltedLine(
      .judge,
      label: "seedjudge/v1",
      salt: judgement.salt,
      content: CanonicalJSON.bytes(of: judgement.content)
    )
    ledger.limit(&integrity, for: try ledger.index(of: leaf, provedBy: path))
  }
}

extension MintCheck {
  /// Whether a recipient is a spelling of the seed's address.
  func names(_ recipient: Mailbox) -> Bool {
    guard let address, let at = address.lastIndex(of: "@") else { return false }
    let mailbox = Mailbox(
      displayName: nil,
      localPart: String(address[..<at]),
      domain: String(address[address.index(after: at)...])
    )
    guard let own = SeedAddress(mailbox) else { return false }
    return SeedAddress.readings(of: recipient).contains(own)
  }
}
