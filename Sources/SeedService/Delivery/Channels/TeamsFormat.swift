import SeedCore

/// An Adaptive Card to a webhook of Microsoft Teams Workflows.
struct TeamsFormat: PushFormat {
  func request(for alert: OutgoingAlert, to url: String) throws(DeliveryError) -> HTTPRequest {
    let message = alert.message
    // Rich text: unlike in a TextBlock, no Markdown is read in it.
    func block(
      _ text: String,
      weight: JSONValue = "Default",
      size: JSONValue = "Default"
    )
      -> JSONValue
    {
      [
        "type": "RichTextBlock",
        "inlines": [
          ["type": "TextRun", "text": .string(text), "weight": weight, "size": size]
        ],
      ]
    }
    var card: [JSONValue.Member] = [
      .init("$schema", "http://adaptivecards.io/schemas/adaptive-card.json"),
      .init("type", "AdaptiveCard"), .init("version", "1.4"),
      .init("fallbackText", .string(message.subject.cut(to: 200))),
      .init(
        "body",
        .array(
          [block(message.subject.cut(to: 200), weight: "Bolder", size: "Large")]
            + message.shortText.cut(to: 4000).split(separator: "\n").map { block(String($0)) }
            + [block(message.reference, size: "Small")]
        )
      ),
    ]
    if let link = message.link {
      card.append(
        .init("actions", [["type": "Action.OpenUrl", "title": "Open it", "url": .string(link)]])
      )
    }
    let body = CanonicalJSON.bytes(of: [
      "type": "message",
      "attachments": [
        [
          "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": .null,
          "content": .object(card),
        ]
      ],
    ])
    return HTTPRequest(.post(body, contentType: "application/json"), url)
  }
}
