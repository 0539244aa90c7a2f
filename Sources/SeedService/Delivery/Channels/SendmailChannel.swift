import SeedCore

/// Hands mail to the system's `sendmail`, or to a program that takes the same.
struct SendmailChannel: AlertChannel {
  let writer: MailWriter
  /// What `/bin/sh -c` is given; the mail is its standard input, recipients stand in its header.
  let command: String
  let timeout: Duration
  let runner: CommandRunner

  var name: String { writer.channel }

  /// The command where none is configured.
  static let standardCommand = "/usr/sbin/sendmail -t -oi"

  func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    // Programs read it with the line ends of the system.
    let bytes = try writer.mail(row).bytes.filter { $0 != 0x0D }
    if let error = await runner.run(command, input: bytes, timeout: timeout).error(after: timeout) {
      throw error
    }
  }
}
