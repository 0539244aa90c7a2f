import Foundation
import SeedTesting
import Testing

/// Real mail of many makes, taken in by the built command.
@Suite(
  .enabled(if: Suite.named("real-spamassassin") != nil, "the SpamAssassin corpus is absent"),
  .timeLimit(.minutes(5))
)
struct CorpusTests {
  @Test func `every message of the corpus is recorded or counted, once`() async throws {
    let suite = try #require(Suite.named("real-spamassassin"))
    let folder = try TemporaryFolder()
    // Where most of the corpus was delivered: two of its addresses are seeds, the rest are unknown.
    let domain = "spamassassin.taint.org"
    let home = try await SeedHome(in: folder, domain: domain)
    let total = try await unpack(suite, into: home.maildir)
    for name in ["fork", "yyyy"] {
      try await home.seedctl("seed", "adopt", "\(name)@\(domain)", "--org", "The list of \(name)")
    }

    let first = try await home.json(Ingested.self, "ingest", home.maildir.path)
    #expect(first.read == total)
    #expect(first.duplicates == 0)
    #expect(first.quarantined == 0)
    // A message to both seeds is recorded for each.
    #expect(first.recorded >= first.matched && first.recorded <= 2 * first.matched)
    #expect(first.matched > 1000 && first.matched < total)
    #expect(first.unknown > 100)

    let second = try await home.json(Ingested.self, "ingest", home.maildir.path)
    #expect(second.read == total)
    #expect(second.duplicates == total)
    #expect(second.recorded == 0)
    #expect(second.unknown == 0)
    suite.report("ingest", passed: first.read - first.quarantined, total: total)
  }

  /// Lays the corpus out as a maildir, and returns how many messages there are.
  private func unpack(_ suite: Suite, into maildir: URL) async throws -> Int {
    let tar = try #require(Program.system("tar"))
    let folder = try TemporaryFolder()
    let archive = suite.folder.appending(path: "spamassassin-txt.tar.zst")
    let outcome = try await tar.run(["--zstd", "-xf", archive.path, "-C", folder.url.path])
    try #require(outcome.status == 0, "\(outcome.errors)")

    let files = FileManager.default
    let found = try #require(files.enumerator(at: folder.url, includingPropertiesForKeys: nil))
    var total = 0
    while let file = found.nextObject() as? URL {
      guard !file.hasDirectoryPath else { continue }
      let name = "\(file.deletingLastPathComponent().lastPathComponent).\(file.lastPathComponent)"
      try files.moveItem(at: file, to: maildir.appending(path: "new").appending(path: name))
      total += 1
    }
    return total
  }
}
