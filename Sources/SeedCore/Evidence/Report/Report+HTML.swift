import Mustache
import SeedCrypto
import SeedMail

extension Report {
  /// Why a page can't be written.
  public enum RenderingError: Error, Hashable, Sendable {
    /// A template of our own is malformed.
    case malformedTemplate
  }

  /// One self-contained page: no script, nothing remote, nothing of a message but text.
  ///
  /// - Throws: ``RenderingError``; never for anything that the case holds.
  public func html() throws(RenderingError) -> String {
    let style = String(decoding: PackageResources.report_css, as: UTF8.self)
    let text = String(decoding: PackageResources.report_html_mustache, as: UTF8.self)
    guard let template = try? MustacheTemplate(string: text) else { throw .malformedTemplate }
    var values = values
    values["style"] = style
    values["styleDigest"] = Base64.encode(SHA256.hash(Array(style.utf8)))
    return template.render(values)
  }

  private var values: [String: Any] {
    let timelineDrawing = TimelineDrawing(timeline)
    let routeDrawing = RouteDrawing(route)
    return [
      "title": title, "case": `case` as Any, "bundle": bundle, "edition": edition,
      "isPublic": edition == "public",
      "asOf": asOf.words, "summary": summary, "gradeWords": bestGradeWords,
      "organisation": organisation.map(Self.values) as Any, "sender": Self.values(sender),
      "addresses": addresses.map(Self.values), "hasManyAddresses": addresses.count > 1,
      "messages": messages.map { Self.values($0, "message") },
      "hasManyMessages": messages.count > 1,
      "omitted": omittedMessageCount > 0 ? [String(omittedMessageCount)] : [],
      "ownMessages": ownMessages.map { Self.values($0, "own") },
      "hasOwnMessages": !ownMessages.isEmpty,
      "claims": claims.map(Self.values),
      "guessing": guessing.words, "controls": controls.words,
      "caveats": caveats.map { ["title": $0.title, "text": $0.text] },
      "timeline": timelineDrawing, "route": routeDrawing,
      "steps": timeline.map { ["at": $0.at.words, "text": $0.text] },
    ]
  }

  private var bestGradeWords: String {
    Grade(rawValue: grade).map(Narrative.heading) ?? grade
  }

  private static func values(_ party: Party) -> [String: Any] {
    ["name": party.name, "description": party.description, "domains": party.domains]
  }

  /// What a list of terms shows: pairs of a name and a value, without those that aren't known.
  private static func pairs(_ list: [(String, String?)]) -> [[String: String]] {
    list.compactMap { name, value in value.map { ["name": name, "value": $0] } }
  }

  private static func values(_ address: Address) -> [String: Any] {
    let others =
      address.otherSenderCount == 0
      ? "none" : "\(address.otherSenderCount), which are cases of their own"
    return [
      "number": address.number,
      "pairs": pairs([
        ("Address", address.address), ("Made", "\(address.made.words), \(address.scheme)"),
        ("Form", address.form), ("Given for", address.purpose),
        ("Consent to mail", address.consent), ("Whose", address.participant),
        ("Consent withdrawn", address.withdrawn?.words),
        ("Privacy notice", address.hasNotice ? "kept as it was at sign-up" : nil),
        ("Mail from this sender", "\(address.messageCount)"),
        ("Authenticated mail from the organisation", "\(address.ownMessageCount)"),
        ("Other unexpected senders", others), ("Record", address.seed),
        ("In the bundle", "data/" + address.part),
      ]),
    ]
  }

  private static func values(_ letter: Letter, _ anchor: String) -> [String: Any] {
    [
      "anchor": "\(anchor)-\(letter.number)", "number": letter.number, "address": letter.address,
      "day": letter.arrived.day, "grade": letter.grade, "gradeWords": letter.gradeWords,
      "gradeExplanation": letter.gradeExplanation,
      "signatures": letter.signatures, "otherChecks": letter.otherChecks, "reasons": letter.reasons,
      "pairs": pairs([
        ("Arrived", letter.arrived.words), ("At", "address \(letter.address)"),
        ("Says it is from", letter.from), ("Subject", letter.subject),
        ("What it is", letter.class),
        (
          "Judged",
          letter.judgementCount > 1 ? "\(letter.judgementCount) times; this is the last" : nil
        ),
        ("SHA-256 of the message", letter.digest),
        ("In the bundle", letter.part.map { "data/" + $0 }),
      ]),
    ]
  }

  private static func values(_ claim: Statement) -> [String: Any] {
    [
      "number": claim.number, "part": claim.part.map { [$0] } ?? [], "verdict": claim.verdict,
      "verdictClass": claim.verdict.lowercased().replacing(" ", with: "-"),
      "statement": claim.statement, "reasons": claim.reasons, "refutedBy": claim.refutedBy,
    ]
  }
}
