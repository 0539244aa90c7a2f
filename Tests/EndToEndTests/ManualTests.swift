import Foundation
import SeedTesting
import Testing

/// The manual pages say what the built commands can do.
@Suite(.timeLimit(.minutes(1)))
struct ManualTests {
  /// What `--experimental-dump-help` prints.
  private struct Dump: Decodable {
    struct Command: Decodable {
      struct Argument: Decodable {
        struct Name: Decodable {
          let kind: String
          let name: String
        }

        let names: [Name]?
      }

      let commandName: String
      let subcommands: [Command]?
      let arguments: [Argument]?
    }

    let command: Command
  }

  @Test(arguments: [("seedctl", "seedctl.1"), ("seedd", "seedd.8")])
  func `every command and every option stands in the manual`(
    program: String,
    page: String
  ) async throws {
    let manual = try text(of: page)
    let outcome = try await (program == "seedd" ? Program.seedd : .seedctl)
      .run(["--experimental-dump-help"])
    let root = try JSONDecoder().decode(Dump.self, from: Data(outcome.output.utf8)).command
    var waiting = root.subcommands ?? []
    var missing = options(of: root, absentFrom: manual)
    while let command = waiting.popLast() {
      guard command.commandName != "help" else { continue }
      waiting += command.subcommands ?? []
      if !manual.contains(" \(command.commandName)") { missing.insert(command.commandName) }
      missing.formUnion(options(of: command, absentFrom: manual))
    }
    #expect(missing.isEmpty)
  }

  @Test func `every key of a new configuration stands in the manual`() async throws {
    let folder = try TemporaryFolder()
    let home = try await SeedHome(in: folder)
    let manual = try text(of: "seed.toml.5")
    struct Setting: Decodable { let key: String }
    let settings = try await home.json([Setting].self, "config", "show")
    let missing = settings.map(\.key).filter { key in
      key.split(separator: ".").contains { !manual.contains($0) }
    }
    #expect(!settings.isEmpty)
    #expect(missing.isEmpty)
  }

  private func options(of command: Dump.Command, absentFrom manual: String) -> Set<String> {
    let names = (command.arguments ?? []).flatMap { $0.names ?? [] }
      .filter { $0.kind == "long" }.map(\.name)
    return Set(names.filter { !["help", "version"].contains($0) && !manual.contains("Fl -\($0)") })
  }

  private func text(of page: String) throws -> String {
    let manuals = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/man").standardizedFileURL
    return String(decoding: try Data(contentsOf: manuals.appending(path: page)), as: UTF8.self)
  }
}
