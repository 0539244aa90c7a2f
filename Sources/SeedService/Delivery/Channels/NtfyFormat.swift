import SeedCore

/// A message to a topic of an ntfy server, published as JSON.
struct NtfyFormat: PushFormat {
  let login: HTTPLogin?

  func request(for alert: OutgoingAlert, to url: String) throws(DeliveryError) -> HTTPRequest {
    guard let target = Self.target(url) else { throw .temporary("the address names no topic") }
    var members: [JSONValue.Member] = [
      .init("topic", .string(target.topic)),
      .init("title", .string(alert.message.subject.cut(to: 200))),
      .init("message", .string(alert.message.shortText.cut(to: 3000))),
      .init("priority", .integer(Self.priority(alert.message.severity))),
      // Newer servers show a repetition under the same identifier once.
      .init("sequence_id", .string(String(alert.key.prefix(64)))),
    ]
    if let link = alert.message.link { members.append(.init("click", .string(link))) }
    let body = CanonicalJSON.bytes(of: .object(members))
    var request = HTTPRequest(.post(body, contentType: "application/json"), target.server)
    if let login { request.headers = [try login.header()] }
    return request
  }

  /// The server and the topic that `https://ntfy.example/topic` names.
  static func target(_ url: String) -> (server: String, topic: String)? {
    guard let slash = url.lastIndex(of: "/"),
      let start = url.firstRange(of: "://")?.upperBound, slash > start
    else { return nil }
    let topic = url[url.index(after: slash)...]
    guard !topic.isEmpty,
      topic.utf8.allSatisfy({
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
          || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
      })
    else { return nil }
    return (String(url[...slash]), String(topic))
  }

  private static func priority(_ severity: Finding.Severity) -> Int64 {
    switch severity {
    case .low: 2
    case .medium: 3
    case .high: 4
    case .critical: 5
    }
  }
}
