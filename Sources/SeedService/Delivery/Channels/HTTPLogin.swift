import SeedCore

/// How a request proves whom it is from: by a name and a password, or by a token alone.
struct HTTPLogin: Sendable {
  /// Empty for a token.
  let user: String
  let password: ChannelSecret

  /// The header field `Authorization`.
  func header() throws(DeliveryError) -> String {
    let secret = try password.read()
    return user.isEmpty
      ? "Authorization: Bearer \(secret)"
      : "Authorization: Basic \(Base64.encode(Array("\(user):\(secret)".utf8)))"
  }
}
