/// What a letter asks for, and of whom.
public enum LetterKind: String, Sendable, Hashable, CaseIterable {
  /// Of the organisation: to whom it passed the address on.
  case accessOrganisation = "access-organisation"
  /// Of the sender: where it got the address.
  case accessSender = "access-sender"
  /// To the organisation: a complaint that it has to answer.
  case complaint
  /// To the data protection authority.
  case ico
  /// To the authority for unsolicited mail.
  case pecr
}

/// Whose law a letter rests on.
public enum Jurisdiction: String, Sendable, Hashable, CaseIterable {
  case uk, eu

  /// The text of a letter.
  func template(_ kind: LetterKind) -> [UInt8] {
    switch (self, kind) {
    case (.uk, .accessOrganisation): PackageResources.uk_access_organisation_mustache
    case (.uk, .accessSender): PackageResources.uk_access_sender_mustache
    case (.uk, .complaint): PackageResources.uk_complaint_mustache
    case (.uk, .ico): PackageResources.uk_ico_mustache
    case (.uk, .pecr): PackageResources.uk_pecr_mustache
    case (.eu, .accessOrganisation): PackageResources.eu_access_organisation_mustache
    case (.eu, .accessSender): PackageResources.eu_access_sender_mustache
    case (.eu, .complaint): PackageResources.eu_complaint_mustache
    case (.eu, .ico): PackageResources.eu_ico_mustache
    case (.eu, .pecr): PackageResources.eu_pecr_mustache
    }
  }

  /// The account of what happened, in a complaint to the data protection authority.
  var accountTemplate: [UInt8] {
    switch self {
    case .uk: PackageResources.uk_ico_account_mustache
    case .eu: PackageResources.eu_ico_account_mustache
    }
  }

  /// What is known of it besides its texts.
  private var description: JSONValue? {
    switch self {
    case .uk: try? JSONValue(parsing: PackageResources.uk_json)
    case .eu: try? JSONValue(parsing: PackageResources.eu_json)
    }
  }

  /// The most characters that the authority's form takes for an account; `nil` for no limit.
  public var accountCharacterCountMax: Int? {
    description?["accountCharacterCountMax"]?.integer.map { Int($0) }
  }

  /// What to know before a letter is sent, for its first page.
  func notes(_ kind: LetterKind) -> [String] {
    (description?["notes"]?[kind.rawValue]?.array ?? []).compactMap(\.string)
  }
}
