import SeedCrypto
public import SeedMail

/// Marks the mail that this installation sends, so that an alert that comes back is known for one.
///
/// The mark is a code under a key that comes of the match key: nobody else can make one. It covers the
/// message's identifier and its author, so that a mark that somebody saw fits no other sender's mail.
public struct AlertMark: Sendable {
  /// The most fields of a message that are looked at.
  static let fieldCountMax = 4

  private let key: MACKey

  /// Derives the key from the match key's bytes.
  init(matchKey: SecretBytes) {
    key = MACKey(HKDF.derive(inputKey: matchKey, salt: [], info: "seed/alert-mark/v1", count: 32))
  }

  /// The body of the header field `Seed-Alert` of a message with this Message-ID (without brackets)
  /// and author. The identifier stands in it, since some relays write another Message-ID.
  public func field(messageID: String, from author: String) -> String {
    "v1 <\(messageID)> \(code(messageID, author))"
  }

  /// Whether a message is an alert of this installation.
  public func isOn(_ message: Message) -> Bool {
    let fields = message.fields(.seedAlert).prefix(Self.fieldCountMax)
    guard !fields.isEmpty else { return false }
    let authors = message.fields(.from).flatMap { message.mailboxes(in: $0) }
    guard authors.count == 1, let author = authors.first else { return false }
    return fields.contains { field in
      let words = message.rawText(of: field).split { $0 == " " || $0 == "\t" }
      guard words.count == 3, words[0] == "v1", words[1].hasPrefix("<"), words[1].hasSuffix(">")
      else { return false }
      let expected = code(String(words[1].dropFirst().dropLast()), author.address)
      return constantTimeEqual(Array(words[2].utf8), Array(expected.utf8))
    }
  }

  private func code(_ messageID: String, _ author: String) -> String {
    let text = "v1\n\(messageID)\n\(author.lowercased())"
    return Base64.encode(key.code(for: Array(text.utf8).span), alphabet: .url)
  }
}
