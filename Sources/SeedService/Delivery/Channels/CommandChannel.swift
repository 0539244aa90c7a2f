public import SeedCore

/// Runs a command of the operator's for each alert, the finding as JSON on its standard input.
///
/// Nothing of a message stands in its arguments or its environment. The command has delivered when
/// it exits with 0.
public struct CommandChannel: AlertChannel {
  public let name: String
  private let command: String
  private let timeout: Duration
  private let runner: CommandRunner

  /// Makes a channel; `command` is what `/bin/sh -c` is given, and `folder` is where what it reads
  /// is kept while it runs.
  public init(name: String = "command", command: String, timeout: Duration, folder: String) {
    self.name = name
    self.command = command
    self.timeout = timeout
    runner = CommandRunner(folder: folder)
  }

  public func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    let input = row.payload + [UInt8(ascii: "\n")]
    if let error = await runner.run(command, input: input, timeout: timeout).error(after: timeout) {
      throw error
    }
  }
}

extension CommandRunner.Outcome {
  /// Why the command has not delivered; `nil` where it has.
  func error(after timeout: Duration) -> DeliveryError? {
    switch self {
    case .exited(0): nil
    case .exited(let status): .temporary("the command exited with \(status)")
    case .signalled(let signal): .temporary("signal \(signal) ended the command")
    case .timedOut: .temporary("the command took longer than \(DurationText.text(timeout))")
    case .failed(let error): .temporary("\(error)")
    }
  }
}
