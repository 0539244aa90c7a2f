/// What a message says of its sender besides From. Anybody can write it: these are claims.
extension Message {
  /// The identifier in List-Id (RFC 2919 §3), in lower case; without angle brackets, the whole
  /// field.
  public var listID: String? {
    guard let field = first(.listID) else { return nil }
    let text = rawText(of: field)
    guard let open = text.utf8.lastIndex(of: UInt8(ascii: "<")),
      let close = text.utf8.lastIndex(of: UInt8(ascii: ">")), open < close
    else { return text.isEmpty ? nil : text.lowercased().withoutControls }
    return text[text.utf8.index(after: open)..<close].lowercased().withoutControls
  }

  /// The hosts of the URIs in List-Unsubscribe (RFC 2369 §3.2), which are never asked for anything.
  public var listUnsubscribeHosts: [String] { linkHosts(in: .listUnsubscribe) }

  /// The hosts of the URIs in List-Post (RFC 2369 §3.4).
  public var listPostHosts: [String] { linkHosts(in: .listPost) }

  /// The parts of Feedback-ID, which a platform writes for its customer: `campaign:customer:kind:platform`.
  public var feedbackIDParts: [String] {
    first(.feedbackID).map { text(of: $0).split(separator: ":").map(String.init) } ?? []
  }

  /// The host in Message-ID (RFC 5322 §3.6.4), in lower case.
  public var messageIDHost: String? {
    guard let field = first(.messageID), let id = messageIDs(in: field).first,
      let at = id.lastIndex(of: "@")
    else { return nil }
    let host = id[id.index(after: at)...].lowercased().withoutControls
    return host.isEmpty ? nil : host
  }

  private func linkHosts(in name: FieldName) -> [String] {
    var hosts = LinkHosts()
    for field in fields where field.kind == name {
      hosts.add(from: bytes.span.unfolded(field.body).span)
    }
    return hosts.hosts
  }
}
