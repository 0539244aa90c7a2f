import SeedCore
import SeedCrypto

/// A webhook as Standard Webhooks (standardwebhooks.com, 1.0.0) has it: signed, under a stable id.
struct WebhookFormat: PushFormat {
  /// What a key has to be long, in bytes.
  static let keyByteCounts = 24...64

  let secret: ChannelSecret

  func request(for alert: OutgoingAlert, to url: String) throws(DeliveryError) -> HTTPRequest {
    guard let key = Self.key(try secret.read()) else {
      throw .temporary("\(secret.key) is no whsec_… of \(Self.keyByteCounts) bytes in base64")
    }
    let type = JSONValue.string(alert.payload.type)
    let time = JSONValue.string(alert.raisedAt.rfc3339)
    // The payload stands in it byte for byte.
    let body =
      Array(#"{"data":"#.utf8) + alert.json
      + Array(
        ",\"timestamp\":\(CanonicalJSON.text(of: time)),\"type\":\(CanonicalJSON.text(of: type))}"
          .utf8
      )
    var request = HTTPRequest(.post(body, contentType: "application/json"), url)
    let seconds = String(alert.now.seconds)
    let code = HMACSHA256.code(for: Array("\(alert.key).\(seconds).".utf8) + body, key: key)
    request.headers = [
      "webhook-id: \(alert.key)", "webhook-timestamp: \(seconds)",
      "webhook-signature: v1,\(Base64.encode(code))",
    ]
    return request
  }

  /// The key that a secret stands for.
  static func key(_ secret: String) -> [UInt8]? {
    guard secret.hasPrefix("whsec_"),
      let key = try? Base64.decode(Array(secret.dropFirst(6).utf8).span),
      keyByteCounts.contains(key.count)
    else { return nil }
    return key
  }
}
