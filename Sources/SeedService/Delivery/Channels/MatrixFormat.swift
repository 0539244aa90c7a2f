import SeedCore

/// A message to a room of a Matrix home server (client-server API v3).
struct MatrixFormat: PushFormat {
  let room: String
  let login: HTTPLogin?

  func request(for alert: OutgoingAlert, to url: String) throws(DeliveryError) -> HTTPRequest {
    let body = CanonicalJSON.bytes(of: [
      "msgtype": "m.text",
      "body": .string("\(alert.message.subject)\n\n\(alert.message.shortText)".cut(to: 8000)),
      "format": "org.matrix.custom.html", "formatted_body": .string(alert.message.shortHTML),
      // Nobody is called, whatever the text says.
      "m.mentions": [:],
    ])
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    // The server takes a transaction's identifier once: a repetition is no second message.
    let path = "/_matrix/client/v3/rooms/\(Self.escaped(room))/send/m.room.message/\(alert.key)"
    var request = HTTPRequest(.put(body, contentType: "application/json"), base + path)
    if let login { request.headers = [try login.header()] }
    return request
  }

  /// A segment of a path.
  private static func escaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
        || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
      return isPlain
        ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }.joined()
  }
}
