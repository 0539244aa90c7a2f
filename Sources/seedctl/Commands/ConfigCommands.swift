import ArgumentParser
import SeedSQLite
import SeedService

/// `seedctl config …`.
struct ConfigCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Look at the effective configuration.",
    subcommands: [ConfigShow.self, ConfigCheck.self]
  )
}

/// `seedctl config show`.
struct ConfigShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print every setting and where it came from."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  private struct Setting: Encodable {
    let key: String
    let value: String
    let origin: String
  }

  func run() async throws {
    let settings = try homeOptions.configuration().settings.map {
      Setting(key: $0.key, value: $0.value, origin: $0.origin.description)
    }
    if output.json { return try output.printJSON(settings) }
    var table = Table(["key", "value", "from"])
    for setting in settings { table.add([setting.key, setting.value, setting.origin]) }
    table.print()
  }
}

/// `seedctl config check`.
struct ConfigCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say what is wrong with the configuration, or nothing."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    let valid: Bool
    let warnings: [String]
  }

  func run() async throws {
    let loaded = try homeOptions.configuration()
    if output.json {
      return try output.printJSON(Result(valid: true, warnings: loaded.warnings))
    }
    for warning in loaded.warnings { Console.error("warning: \(warning)") }
    output.note("The configuration is valid.")
  }
}
