import SeedCore

/// A message to an Apprise API server, `POST /notify/KEY`.
struct AppriseFormat: PushFormat {
  let login: HTTPLogin?

  func request(for alert: OutgoingAlert, to url: String) throws(DeliveryError) -> HTTPRequest {
    let type =
      switch alert.message.severity {
      case .low: "info"
      case .medium, .high: "warning"
      case .critical: "failure"
      }
    let body = CanonicalJSON.bytes(of: [
      "title": .string(alert.message.subject.cut(to: 200)),
      "body": .string(alert.message.shortText.cut(to: 8000)), "type": .string(type),
      "format": "text",
    ])
    var request = HTTPRequest(.post(body, contentType: "application/json"), url)
    if let login { request.headers = [try login.header()] }
    return request
  }

  func objection(to response: HTTPResponse) -> String? {
    // It answers so where nothing is configured under the key, and has told nobody.
    response.status == 204 ? "the Apprise server has nobody to tell under this key (204)" : nil
  }
}
