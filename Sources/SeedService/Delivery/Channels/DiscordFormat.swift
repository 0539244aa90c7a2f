import SeedCore

/// A message to a webhook of Discord.
struct DiscordFormat: PushFormat {
  /// A message has at most 2,000 characters; a backslash before each would double these.
  private static let titleCountMax = 150, textCountMax = 800
  /// No previews of links.
  private static let suppressEmbeds: Int64 = 1 << 2

  func request(for alert: OutgoingAlert, to url: String) throws(DeliveryError) -> HTTPRequest {
    let title = ChatText.discord(alert.message.subject.cut(to: Self.titleCountMax))
    let text = ChatText.discord(alert.message.shortText.cut(to: Self.textCountMax))
    let body = CanonicalJSON.bytes(of: [
      "content": .string("**\(title)**\n\n\(text)"), "flags": .integer(Self.suppressEmbeds),
      // Nobody is called, whatever the text says.
      "allowed_mentions": ["parse": []],
    ])
    // Without it, the answer comes before the message is there.
    let separator = url.contains("?") ? "&" : "?"
    return HTTPRequest(.post(body, contentType: "application/json"), "\(url)\(separator)wait=true")
  }
}
