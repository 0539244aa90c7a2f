import Foundation
import SeedAuth
import SeedMail
import SeedTesting
import Testing
import Yams

struct ARCConformanceTests {
  @Test func `ValiMail's chains are validated as they should be`() async throws {
    guard let suite = Suite.named("arc-valimail") else { return }
    var total = 0
    var withoutOpinion = 0
    var misses: [String] = []
    let text = try suite.text("tests/arc-draft-validation-tests.yml")
    for text in text.components(separatedBy: "\n---") {
      let document = try #require(try Yams.compose(yaml: withoutEarlierTests(text)))
      let tests = try #require(document["tests"]?.mapping)
      let resolver = try zone(document["txt-records"])
      for (name, test) in tests where name.string?.contains("-earlier-") != true {
        let expected = test["cv"]?.string?.lowercased() ?? ""
        guard !expected.isEmpty else {
          withoutOpinion += 1
          continue
        }
        total += 1
        let message = Message(parsing: Array((test["message"]?.string ?? "").utf8))
        let result = await ARCVerifier(resolver: resolver).verify(message)
        if result.result.rawValue != expected {
          misses.append(
            "\(name.string ?? "?"): \(result.result) (\(result.reason)), not \(expected)"
          )
        }
      }
    }
    suite.report(passed: total - misses.count, total: total, misses: misses)
    #expect(total == 168)
    #expect(withoutOpinion == 3)
    #expect(misses.isEmpty)
  }

  @Test func `mail-auth's chains pass`() async throws {
    guard let suite = Suite.named("dkim-arc-spf-mail-auth") else { return }
    let zone = try suite.zone("zone.json")
    let chains = [
      ("arc/001.txt", ["google.com"]), ("arc/002.txt", ["scamorza.org", "manchego.org"]),
    ]
    var misses: [String] = []
    for (file, sealers) in chains {
      let message = Message(parsing: try suite.messageAfterRecords(file))
      let verifier = ARCVerifier(resolver: zone, trustedSealers: ["google.com"])
      let result = await verifier.verify(message)
      if result.result != .pass || result.sealers != sealers
        || result.isTrusted != (sealers == ["google.com"])
      {
        misses.append("\(file): \(result.result) (\(result.reason))")
      }
    }
    suite.report("ARC", passed: chains.count - misses.count, total: chains.count, misses: misses)
    #expect(misses.isEmpty)
  }

  /// Four tests stand twice under one name, which YAML forbids; readers that allow it take the last.
  private func withoutEarlierTests(_ text: String) -> String {
    var names: Set<Substring> = []
    var lines: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).reversed() {
      lines.append(line)
      guard line.hasPrefix("  "), line.hasSuffix(":"), !line.hasPrefix("   ") else { continue }
      if !names.insert(line).inserted {
        lines[lines.count - 1] = line.dropLast() + "-earlier-\(lines.count):"
      }
    }
    return lines.reversed().joined(separator: "\n")
  }

  private func zone(_ records: Node?) throws -> ZoneFile {
    var zone = ZoneFile(now: { Timestamp(seconds: 0) })
    for (name, text) in records?.mapping ?? [:] {
      guard let name = name.string, let text = text.string else { continue }
      try zone.add(text: text, for: name)
    }
    return zone
  }
}
