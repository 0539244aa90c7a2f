import SeedCore

/// An alert on its way to a receiver.
struct OutgoingAlert: Sendable {
  /// What a receiver recognises a repetition by.
  let key: String
  /// What the row holds: JSON.
  let json: [UInt8]
  let payload: AlertPayload
  let message: AlertMessage
  /// When it was raised.
  let raisedAt: Timestamp
  /// The time now.
  let now: Timestamp

  /// Reads a row.
  ///
  /// - Throws: ``DeliveryError/permanent(_:)`` where it holds no alert.
  init(_ row: OutboxRow, site: String?, at now: Timestamp) throws(DeliveryError) {
    guard let payload = try? AlertPayload(json: row.payload) else {
      throw .permanent("the row holds no alert")
    }
    key = row.key
    json = row.payload
    self.payload = payload
    message = AlertMessage(payload, site: site)
    raisedAt = row.queuedAt
    self.now = now
  }
}

/// A channel that can tell, without sending anything, why it couldn't.
protocol CheckedChannel: AlertChannel {
  /// Reads its secrets.
  func check() throws(DeliveryError)
}

/// What one kind of receiver wants to be asked.
protocol PushFormat: Sendable {
  /// The request by which `url` is told of an alert.
  func request(for alert: OutgoingAlert, to url: String) throws(DeliveryError) -> HTTPRequest

  /// Why an answer of status 200 to 299 is a failure all the same; `nil` where it isn't.
  func objection(to response: HTTPResponse) -> String?
}

extension PushFormat {
  func objection(to response: HTTPResponse) -> String? { nil }
}

/// Tells a receiver over HTTP.
struct HTTPChannel: CheckedChannel {
  let name: String
  /// Where the receiver is: for some kinds, whoever knows this may write there.
  let url: ChannelSecret
  let format: any PushFormat
  /// Certificates to trust instead of the system's.
  let caFile: String?
  let site: String?
  let clock: @Sendable () -> Timestamp
  let client = HTTPClient()

  func check() throws(DeliveryError) {
    let now = clock()
    let notice = AlertNotice(.test, severity: .low, at: now, title: "", details: [])
    guard let payload = try? AlertPayload.notice(notice).json() else { return }
    let row = OutboxRow(
      channel: name,
      key: "test",
      event: nil,
      payload: payload,
      queuedAt: now,
      dueAt: now
    )
    _ = try format.request(for: OutgoingAlert(row, site: site, at: now), to: try url.read())
  }

  func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    let alert = try OutgoingAlert(row, site: site, at: clock())
    var request = try format.request(for: alert, to: try url.read())
    request.caFile = caFile
    let response: HTTPResponse
    do throws(TransferError) {
      response = try await client.send(request)
    } catch {
      throw .temporary(error.words)
    }
    if let error = DeliveryError(status: response.status, retryAfter: response.retryAfter) {
      throw error
    }
    if let objection = format.objection(to: response) { throw .temporary(objection) }
  }
}

extension DeliveryError {
  /// What a status means for an alert; `nil` where it was taken.
  ///
  /// What the user has to mend is temporary, so that nothing is lost until then.
  init?(status: Int, retryAfter: Duration? = nil) {
    switch status {
    case 200...299: return nil
    case 300...399:
      self = .temporary("the server answers from elsewhere (\(status)); enter its new address")
    case 401, 403:
      self = .temporary("the server refuses the login (\(status)); mend the secret or the address")
    case 404: self = .temporary("the server knows no such address (404); mend it")
    case 408, 425, 429, 500...:
      self = .temporary("the server answered \(status)", retryAfter: retryAfter)
    default: self = .permanent("the server answered \(status)")
    }
  }
}

extension TransferError {
  /// The error in words that name no address.
  var words: String {
    switch self {
    case .refused(let reason): "the address or a setting can't be used: \(reason)"
    case .unreachable(let reason): reason
    case .timedOut: "it took too long"
    case .insecure(let reason): "TLS failed: \(reason)"
    case .tooLarge: "the answer is too large"
    case .loginDenied: "the login was refused"
    case .cancelled: "it was stopped"
    }
  }
}

extension String {
  /// The text, cut where it has more than so many characters of Unicode.
  func cut(to countMax: Int) -> String {
    guard unicodeScalars.count > countMax else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.prefix(max(0, countMax - 1)))) + "…"
  }
}
