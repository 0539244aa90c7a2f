import SeedAuth
import SeedMail
import SeedTesting
import Testing
import Yams

struct SPFConformanceTests {
  @Test func `the suite of RFC 7208 passes with its explanations`() async throws {
    guard let suite = Suite.named("spf-rfc7208") else { return }
    let text = String(decoding: try suite.bytes("rfc7208-tests.yml"), as: UTF8.self)
    var total = 0
    var explanationCount = 0
    var misses: [String] = []
    for document in try Yams.compose_all(yaml: text) {
      guard let tests = document["tests"]?.mapping, let zone = document["zonedata"] else {
        continue
      }
      let resolver = try Self.resolver(zone)
      for (name, test) in tests {
        guard let miss = try await Self.run(test, resolver) else {
          total += 1
          if test["explanation"] != nil { explanationCount += 1 }
          continue
        }
        total += 1
        misses.append("\(name.string ?? "?"): \(miss)")
      }
    }
    suite.report(passed: total - misses.count, total: total, misses: misses)
    #expect(total == 203)
    #expect(explanationCount == 22)
    #expect(misses.isEmpty)
  }

  /// What came out instead of what should, or `nil`.
  private static func run(_ test: Node, _ resolver: ZoneFile) async throws -> String? {
    let address = try #require(IPAddress(test["host"]?.string ?? ""))
    let result = await SPFVerifier(resolver: resolver).verify(
      clientAddress: address,
      helo: test["helo"]?.string ?? "",
      mailFrom: test["mailfrom"]?.string ?? "",
      now: Timestamp(seconds: 1_800_000_000)
    )
    let accepted = test["result"].map { $0.array().compactMap(\.string) } ?? []
    let results = accepted.isEmpty ? [test["result"]?.string ?? ""] : accepted
    guard results.contains(result.result.rawValue) else {
      return "\(result.result) (\(result.explanation)), not \(results)"
    }
    guard let explanation = test["explanation"]?.string else { return nil }
    let expected = explanation == "DEFAULT" ? "" : explanation
    return result.explanation == expected ? nil : "\"\(result.explanation)\", not \"\(expected)\""
  }

  /// The suite's zone: `SPF` stands for TXT where a name has no TXT of its own, `TXT: NONE` for no
  /// TXT, and `TIMEOUT` for what happens to every other question.
  private static func resolver(_ zone: Node) throws -> ZoneFile {
    var file = ZoneFile(now: { Timestamp(seconds: 1_800_000_000) })
    for (key, value) in zone.mapping ?? [:] {
      let name = try #require(key.string)
      guard DNSName.normalized(name) != nil else { continue }
      try file.add(name)
      let entries = value.array()
      let hasText = entries.contains { $0["TXT"] != nil }
      for entry in entries {
        guard let mapping = entry.mapping else {
          try file.add(name, failure: .timeout)
          continue
        }
        for (type, value) in mapping {
          switch type.string ?? "" {
          case "SPF" where !hasText, "TXT" where value.string != "NONE":
            let strings = value.sequence.map { $0.compactMap(\.string) } ?? [value.string ?? ""]
            try file.add(strings.isEmpty ? [[]] : strings.map(latin1), for: name, .txt)
          case "A": try file.add([Array(value.string?.utf8 ?? "".utf8)], for: name, .a)
          case "AAAA": try file.add([Array(value.string?.utf8 ?? "".utf8)], for: name, .aaaa)
          case "PTR": try file.add([Array(value.string?.utf8 ?? "".utf8)], for: name, .ptr)
          case "CNAME": try file.add([Array(value.string?.utf8 ?? "".utf8)], for: name, .cname)
          case "MX":
            let host = value[1]?.string ?? ""
            let text = "\(value[0]?.int ?? 0) \(host.isEmpty ? "." : host)"
            try file.add([Array(text.utf8)], for: name, .mx)
          default: break
          }
        }
      }
    }
    return file
  }

  private static func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
}
