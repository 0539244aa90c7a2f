/// A mailbox as a header field names it: `display name <local-part@domain>` (RFC 5322 §3.4).
public struct Mailbox: Sendable, Hashable {
  /// The display name, with encoded words decoded; `nil` where there is none.
  public let displayName: String?
  /// What stands before the last `@`, unquoted.
  public let localPart: String
  /// What stands after the last `@`, in lower case, without a final dot; empty where there is none.
  public let domain: String

  /// Makes a mailbox of its parts.
  public init(displayName: String?, localPart: String, domain: String) {
    self.displayName = displayName
    self.localPart = localPart
    self.domain = domain
  }

  /// `local-part@domain`, or the local part alone where there is no domain.
  public var address: String { domain.isEmpty ? localPart : localPart + "@" + domain }
}
