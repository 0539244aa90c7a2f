import ArgumentParser
import FoundationEssentials
import SeedCore
import SeedService

/// What every command that works on a home takes.
struct HomeOptions: ParsableArguments {
  @Option(help: "The home (else $SEED_HOME, else ~/.local/share/seed).", completion: .directory)
  var home: String?

  @Option(
    help: "The configuration (else seed.toml in the home).",
    completion: .file(extensions: ["toml"])
  )
  var config: String?

  /// The home that is meant.
  var location: Home {
    Home.locate(option: home, environment: ProcessInfo.processInfo.environment)
  }

  /// The effective configuration.
  func configuration() throws -> SeedService.Configuration.Loaded {
    try SeedService.Configuration.load(
      path: config ?? location.configurationPath,
      environment: ProcessInfo.processInfo.environment
    )
  }
}

/// How a command prints its data.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print only data and errors.")
  var quiet = false

  /// Prints a value as one JSON document with sorted keys.
  func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// Says something that is no data.
  func note(_ text: String) {
    if !quiet, !json { Console.error(text) }
  }
}

extension Timestamp {
  /// The current time.
  static var now: Timestamp {
    Timestamp(milliseconds: Int64((Date.now.timeIntervalSince1970 * 1000).rounded(.down)))
  }
}

/// A day or a time as users type it: RFC 3339, or `2026-11-22`.
struct TimeArgument: ExpressibleByArgument {
  let value: Timestamp

  init?(argument: String) {
    guard let value = Timestamp(rfc3339: argument) else { return nil }
    self.value = value
  }
}

/// A length of time as users type it: `48h`, `28d`.
struct DurationArgument: ExpressibleByArgument {
  let value: Duration

  init?(argument: String) {
    guard let value = DurationText.parse(argument) else { return nil }
    self.value = value
  }
}
