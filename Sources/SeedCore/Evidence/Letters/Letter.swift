import Mustache
import SeedMail

/// A letter about a case, filled in from what is recorded, for its user to complete and to sign.
///
/// It says no more than the dossier holds, marks what its user has to fill in or to confirm by `[[` and
/// `]]`, and says that it is no legal advice.
public struct Letter: Sendable {
  /// Why a letter can't be written.
  public enum Refusal: Error, Hashable, Sendable {
    /// The addresses are controls: they were given to no organisation.
    case noOrganisation
    /// Who sent the mail isn't known.
    case noSender
    /// The organisation itself sent the mail, so that there is no other sender to ask.
    case senderIsOrganisation
    /// The account can't be made as short as the authority's form wants it.
    case tooLong(characterCountMax: Int)
    /// A template of our own is malformed.
    case malformedTemplate
  }

  /// Whose the domain of the addresses is.
  public enum Subscriber: String, Sendable, Hashable, CaseIterable { case individual, company }

  /// The text, with one line a paragraph; what comes before the ruled line is for its user alone.
  public let text: String

  /// How much of a case a letter tells, at most.
  struct Extent {
    let messageCountMax: Int, addressCountMax: Int, nameCharacterCountMax: Int

    static let whole = Extent(
      messageCountMax: 10,
      addressCountMax: 10,
      nameCharacterCountMax: Narrative.nameCharacterCountMax
    )
    /// Less and less, until an account fits.
    static let steps = [
      (5, 3, 120), (3, 2, 100), (2, 1, 80), (1, 1, 60), (1, 1, 30), (0, 0, 30), (0, 0, 12),
    ].map {
      Extent(messageCountMax: $0.0, addressCountMax: $0.1, nameCharacterCountMax: $0.2)
    }
  }

  /// Fills in a letter.
  ///
  /// - Parameter subscriber: Whose the domain of the addresses is; `nil` where that isn't said.
  public init(
    _ kind: LetterKind,
    about dossier: Dossier,
    under jurisdiction: Jurisdiction = .uk,
    subscriber: Subscriber? = nil
  ) throws(Refusal) {
    let narrative = Narrative(dossier)
    switch kind {
    case .accessOrganisation, .complaint, .ico:
      guard dossier.organisation != nil else { throw .noOrganisation }
    case .accessSender:
      guard narrative.senderDomain != nil else { throw .noSender }
      guard !narrative.isOrganisationItself else { throw .senderIsOrganisation }
    case .pecr:
      guard narrative.senderDomain != nil else { throw .noSender }
    }
    let filling = LetterFilling(kind, narrative, subscriber)
    var values = try filling.values(.whole)
    values["notes"] = jurisdiction.notes(kind)
    if kind == .ico {
      let account = try Self.account(filling, jurisdiction)
      values["account"] = account
      values["accountCount"] = Self.characterCount(account)
      values["accountMax"] = jurisdiction.accountCharacterCountMax ?? 0
    }
    text =
      try Self.render(PackageResources.letter_notes_mustache, values)
      + Self.render(jurisdiction.template(kind), values)
  }

  /// The longest account that fits into the authority's form.
  private static func account(
    _ filling: LetterFilling,
    _ jurisdiction: Jurisdiction
  ) throws(Refusal) -> String {
    let limit = jurisdiction.accountCharacterCountMax ?? .max
    for extent in Extent.steps {
      var account = try render(jurisdiction.accountTemplate, try filling.values(extent))
      while account.hasSuffix("\n") { account.removeLast() }
      if characterCount(account) <= limit { return account }
    }
    throw .tooLong(characterCountMax: limit)
  }

  /// The characters of a text as a form on the web counts them at worst: UTF-16 units, and two for each
  /// line end.
  static func characterCount(_ text: String) -> Int {
    text.utf16.count + text.utf16.count { $0 == 0x0A }
  }

  static func render(_ template: [UInt8], _ values: [String: Any]) throws(Refusal) -> String {
    let text = String(decoding: template, as: UTF8.self)
    guard let template = try? MustacheTemplate(string: text) else { throw .malformedTemplate }
    return template.render(values)
  }
}
