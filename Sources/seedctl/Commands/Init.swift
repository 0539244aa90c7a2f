import ArgumentParser
import FoundationEssentials
import SeedCore
import SeedMint
import SeedSQLite
import SeedService

/// `seedctl init`: makes a home.
struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a home: vault, store, keys and seed.toml.",
    discussion: """
      The domain is a catch-all: every address in it reaches the maildirs. A home that exists is \
      refused.

      Example: seedctl init --domain seeds.example --maildir /var/mail/seeds \
      --trust-authserv mx.seeds.example
      """
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The catch-all domain that addresses are minted in.")
  var domain: String

  @Option(help: "A maildir that its mail is delivered to; may be repeated.", completion: .directory)
  var maildir: [String] = []

  @Option(
    help: "The name of the own mail server, as Received and Authentication-Results show it."
  )
  var trustAuthserv: [String] = []

  private struct Result: Encodable {
    let home: String
    let domain: String
    let maildirs: [String]
    let trustedAuthserv: [String]
    let configuration: String
    let ledgerKey: String
  }

  func run() async throws {
    let home = homeOptions.location
    let domain: String
    do {
      domain = try MailDomain.check(self.domain).get()
    } catch {
      throw Failure(.usage, "--domain \(Console.safe(self.domain)) \(error)")
    }
    let text = SeedService.Configuration.template(
      domain: domain,
      maildirs: maildir.map(Path.absolute),
      trustedAuthserv: trustAuthserv
    )
    try home.create()
    let ledgerKey: String
    do {
      _ = try Vault.create(at: home.vaultPath)
      _ = try SQLiteStore.create(at: home.storePath)
      ledgerKey = try home.makeLedgerKey(origin: domain + "/log").key.text
      try home.writeConfiguration(text)
    } catch {
      // `create` made this folder or found it empty, so everything in it is this command's.
      try? FileManager.default.removeItem(atPath: home.path)
      throw error
    }
    if output.json {
      return try output.printJSON(
        Result(
          home: home.path,
          domain: domain,
          maildirs: maildir.map(Path.absolute),
          trustedAuthserv: trustAuthserv,
          configuration: home.configurationPath,
          ledgerKey: ledgerKey
        )
      )
    }
    print(home.path)
    output.note(
      """
      The home is made. Back its vault up before you give an address away: without it an address \
      can't be proved.
      Next: seedctl mint --org "NAME" --org-domain THEIR-DOMAIN --form URL
      """
    )
  }
}
