/// Who sent a message, and how that is known (`aligned` is the best, `none` the least).
public struct Sender: Sendable, Hashable, Codable {
  /// How the sender is known.
  public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
    /// A DKIM signature or SPF pass has the same organizational domain as From.
    case aligned
    /// A signature verifies, but for a bulk-mail platform and not for From's domain.
    case platform
    /// A trusted `Authentication-Results` field says that it was aligned.
    case reported
    /// Only From says so.
    case claimed
    /// From names nobody, or several.
    case none

    /// Whether somebody other than the message itself vouches for the sender.
    public var isAuthenticated: Bool { self == .aligned || self == .reported }
  }

  /// From's organizational domain; empty where there is none.
  public let domain: String
  /// How it is known.
  public let status: Status
  /// The signing platform's domain, where a platform signed.
  public let platform: String?

  /// Makes a sender.
  public init(domain: String, status: Status, platform: String? = nil) {
    self.domain = domain
    self.status = status
    self.platform = platform
  }
}
