import Foundation
import Synchronization

/// A program that runs beside a test until it is told to end.
final class RunningProgram: Sendable {
  /// Each line of its standard output, as it comes.
  let lines: AsyncStream<String>
  /// Each line of its standard error, as it comes.
  let errorLines: AsyncStream<String>

  private let process: Process
  private let ended: AsyncStream<Void>
  private let log: Log

  /// Starts it.
  init(_ program: Program, _ arguments: [String], environment: [String: String] = [:]) throws {
    process = program.process(arguments, environment)
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    let log = Log()
    self.log = log
    lines = Self.lines(of: output) { _ in }
    errorLines = Self.lines(of: errors) { line in log.text.withLock { $0 += line + "\n" } }
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    self.ended = ended
    process.terminationHandler = { _ in end.finish() }
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// What it wrote to standard error so far.
  var errors: String { log.text.withLock { $0 } }

  /// How it ended, as ``end(by:)`` says it; `nil` while it runs.
  var status: Int32? { process.isRunning ? nil : process.outcome }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Sends a signal, waits for the end, and returns the exit code, or the number of the signal that
  /// ended it, negated.
  @discardableResult
  func end(by signal: Int32) async -> Int32 {
    send(signal)
    for await _ in ended {}
    return process.outcome
  }

  private final class Log: Sendable {
    let text = Mutex("")
  }

  private static func lines(
    of pipe: Pipe,
    _ body: @escaping @Sendable (String) -> Void
  ) -> AsyncStream<String> {
    let (lines, newLine) = AsyncStream.makeStream(of: String.self)
    // The handler is called one at a time, so that a plain variable would do; the compiler can't know.
    let partial = Mutex<[UInt8]>([])
    pipe.fileHandleForReading.readabilityHandler = { handle in
      let bytes = handle.availableData
      guard !bytes.isEmpty else {
        handle.readabilityHandler = nil
        return newLine.finish()
      }
      partial.withLock { partial in
        partial += bytes
        while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
          let line = String(decoding: partial[..<end], as: UTF8.self)
          body(line)
          newLine.yield(line)
          partial.removeSubrange(...end)
        }
      }
    }
    return lines
  }
}

extension RunningProgram {
  /// The next alert that `seedctl alerts --watch --json` prints.
  func nextAlert() async throws -> Alert {
    for await line in lines {
      let decoder = JSONDecoder()
      decoder.dateDecodingStrategy = .iso8601
      return try decoder.decode(Alert.self, from: Data(line.utf8))
    }
    throw Failure("alerts --watch ended: \(errors)")
  }
}
