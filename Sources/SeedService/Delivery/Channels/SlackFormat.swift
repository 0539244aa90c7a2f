import SeedCore

/// A message to an incoming webhook of Slack, or of a chat that takes the same, such as Mattermost.
struct SlackFormat: PushFormat {
  func request(for alert: OutgoingAlert, to url: String) throws(DeliveryError) -> HTTPRequest {
    let message = alert.message
    func text(_ text: String, _ countMax: Int) -> JSONValue {
      // Plain text: no mention, no link and no emphasis is read in it.
      ["type": "plain_text", "text": .string(text.cut(to: countMax)), "emoji": false]
    }
    let body = CanonicalJSON.bytes(of: [
      // What notifications show, and chats that know no blocks.
      "text": .string(ChatText.slack("\(message.subject)\n\n\(message.shortText)".cut(to: 2500))),
      "mrkdwn": false, "unfurl_links": false, "unfurl_media": false,
      "blocks": [
        ["type": "header", "text": text(message.subject, 150)],
        ["type": "section", "text": text(message.shortText, 2900)],
        ["type": "context", "elements": [text(message.reference, 300)]],
      ],
    ])
    return HTTPRequest(.post(body, contentType: "application/json"), url)
  }
}
