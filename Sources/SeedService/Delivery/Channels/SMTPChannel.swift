import CCurl
import SeedCore
import ServiceLifecycle

/// How a channel writes a mail.
struct MailWriter: Sendable {
  let channel: String
  let from: String
  let to: [String]
  let site: String?
  let mark: AlertMark
  let clock: @Sendable () -> Timestamp

  func mail(_ row: OutboxRow) throws(DeliveryError) -> AlertMail {
    let alert = try OutgoingAlert(row, site: site, at: clock())
    return AlertMail(
      alert.message,
      key: alert.key,
      channel: channel,
      from: from,
      to: to,
      at: alert.now,
      mark: mark
    )
  }
}

/// Sends mail to a server by SMTP.
struct SMTPChannel: CheckedChannel {
  let writer: MailWriter
  let client: SMTPClient

  var name: String { writer.channel }

  func check() throws(DeliveryError) { try client.check() }

  func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    let mail = try writer.mail(row)
    try await client.send(mail.bytes, from: writer.from, to: writer.to)
  }
}

/// Hands mail to one server, one after the other, off the cooperative pool.
actor SMTPClient {
  /// How long a whole delivery may take.
  static let deadline = Duration.seconds(120)

  private nonisolated let executor = BlockingExecutor(label: "seed.smtp")
  private let url: String
  private let needsTLS: Bool
  private let user: String
  private let password: ChannelSecret?
  private let caFile: String?

  // Sound: the actor owns its executor, so the executor outlives every job.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Names the server: `smtp` with STARTTLS where `needsTLS`, or `smtps`.
  init(url: String, needsTLS: Bool, user: String, password: ChannelSecret?, caFile: String?) {
    self.url = url
    self.needsTLS = needsTLS
    self.user = user
    self.password = password
    self.caFile = caFile
  }

  /// Reads the password.
  nonisolated func check() throws(DeliveryError) { _ = try password?.read() }

  /// Sends a message.
  nonisolated func send(
    _ message: [UInt8],
    from: String,
    to recipients: [String]
  ) async throws(DeliveryError) {
    let stop = TransferStop()
    let result = await withTaskCancellationOrGracefulShutdownHandler {
      await perform(message, from, recipients, stop)
    } onCancelOrGracefulShutdown: {
      stop.set()
    }
    try result.get()
  }

  private func perform(
    _ message: [UInt8],
    _ from: String,
    _ recipients: [String],
    _ stop: TransferStop
  ) -> Result<Void, DeliveryError> {
    Result { () throws(DeliveryError) in try exchange(message, from, recipients, stop) }
  }

  private func exchange(
    _ message: [UInt8],
    _ from: String,
    _ recipients: [String],
    _ stop: TransferStop
  ) throws(DeliveryError) {
    let secret = try password?.read()
    var status = 0
    do throws(TransferError) {
      var transfer = try CurlTransfer(
        url: url,
        protocols: ["smtp", "smtps"],
        deadline: Self.deadline
      )
      transfer.set(
        CURLOPT_USE_SSL,
        Int(needsTLS ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue)
      )
      if let caFile { transfer.set(CURLOPT_CAINFO, caFile) }
      if !user.isEmpty, let secret {
        transfer.set(CURLOPT_USERNAME, user)
        transfer.set(CURLOPT_PASSWORD, secret)
      }
      transfer.set(CURLOPT_MAIL_FROM, "<\(from)>")
      transfer.set(CURLOPT_MAIL_RCPT, list: recipients.map { "<\($0)>" })
      transfer.set(CURLOPT_UPLOAD, 1)
      transfer.set(CURLOPT_INFILESIZE_LARGE, byteCount: message.count)
      defer { status = transfer.status }
      _ = try transfer.perform(sending: message, answerByteCountMax: 1 << 16, stop: stop)
    } catch {
      throw Self.failure(error, status)
    }
  }

  /// What the server's last reply means: RFC 5321 §4.2.1.
  private static func failure(_ error: TransferError, _ status: Int) -> DeliveryError {
    guard case .unreachable(let words) = error, (400...599).contains(status) else {
      return .temporary(error.words)
    }
    // The sender or a recipient is refused: the user has to mend that, and nothing is lost until then.
    if words.contains("MAIL failed") || words.contains("RCPT failed") {
      return .temporary("the server refuses the sender or a recipient (\(status)); mend from or to")
    }
    return status < 500
      ? .temporary("the server answered \(status)")
      : .permanent("the server refused it (\(status))")
  }
}
