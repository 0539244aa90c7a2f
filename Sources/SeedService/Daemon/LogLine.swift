import Glibc
public import Logging
import SeedCore
import Synchronization

/// Writes each event as one line to standard error: `time level message key=value …`, or as JSON.
public struct LogLineHandler: LogHandler {
  /// What all handlers share, so that a reload can change it.
  public final class Settings: Sendable {
    private struct State {
      var level = Logger.Level.info
      var isJSON = false
    }
    private let state = Mutex(State())

    /// From `info` on, as text.
    public init() {}

    /// Takes over `[log]`.
    public func apply(_ log: Configuration.Log) {
      state.withLock {
        $0.level = Logger.Level(rawValue: log.level.rawValue) ?? .info
        $0.isJSON = log.format == .json
      }
    }

    var level: Logger.Level { state.withLock { $0.level } }
    var isJSON: Bool { state.withLock { $0.isJSON } }
  }

  /// The longest value that is written, in bytes; further ones are cut.
  static let valueByteCountMax = 2000

  public var metadata: Logger.Metadata = [:]
  /// The level of the settings, or a higher one where it was set on this handler.
  public var logLevel: Logger.Level {
    get { max(settings.level, leastLevel) }
    set { leastLevel = newValue }
  }
  private var leastLevel = Logger.Level.trace
  private let settings: Settings
  private let write: @Sendable ([UInt8]) -> Void
  private let clock: @Sendable () -> Timestamp

  /// Makes a handler that writes to standard error.
  public init(settings: Settings) {
    self.init(settings: settings, clock: WallClock.now) { line in
      // One call for one line, so that lines of several threads don't mix. There is nobody to tell
      // that it failed.
      _ = unsafe Glibc.write(STDERR_FILENO, line, line.count)
    }
  }

  init(
    settings: Settings,
    clock: @escaping @Sendable () -> Timestamp,
    write: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.settings = settings
    self.clock = clock
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
      .map { (key: $0.key, value: "\($0.value)") }
    let level = event.level.rawValue
    let message = event.message.description
    var line: String
    if settings.isJSON {
      let head = [("time", clock().rfc3339), ("level", level), ("message", message)]
      line =
        "{"
        + (head + values.map { ($0.key, $0.value) })
        .map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }.joined(separator: ",") + "}"
    } else {
      line = "\(clock().rfc3339) \(level) \(Self.plain(message))"
      for (key, value) in values { line += " \(key)=\(Self.plainOrQuoted(value))" }
    }
    write(Array((line + "\n").utf8))
  }

  /// A value as it is where it is one word, else in quotes.
  private static func plainOrQuoted(_ text: String) -> String {
    let isWord =
      !text.isEmpty
      && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") }
    return isWord && text.utf8.count <= valueByteCountMax && text == plain(text)
      ? text : quoted(text)
  }

  /// Without what could end the line or move the cursor.
  private static func plain(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }

  /// As a JSON string. What comes of a domain may hold characters that turn the reading direction.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    var byteCount = 0
    for scalar in text.unicodeScalars {
      byteCount += 1
      if byteCount > valueByteCountMax { break }
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case _ where isControl(scalar):
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
    default: false
    }
  }
}
