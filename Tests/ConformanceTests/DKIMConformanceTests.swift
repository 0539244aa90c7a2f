import Foundation
import SeedAuth
import SeedMail
import SeedTesting
import Testing

struct DKIMConformanceTests {
  @Test func `RFC 8463's message verifies with both keys`() async throws {
    guard let suite = Suite.vectors("dkim-rfc8463") else { return }
    let zone = try suite.zone("dns.json")
    let results = await verify(try suite.bytes("signed.eml"), zone, from: "football.example.com")
    let misses = results.filter { $0.result != .pass || $0.atArrival != .pass || !$0.aligned }
    suite.report(
      passed: results.count - misses.count,
      total: 2,
      misses: misses.map { "\($0.algorithm): \($0.result) \($0.reason)" }
    )
    #expect(results.map(\.algorithm) == ["ed25519-sha256", "rsa-sha256"])
    #expect(misses.isEmpty)
  }

  /// Of the suite's 79 messages the 30 are in scope all of whose signatures are of version 1: the
  /// others are signed after drafts or with DomainKeys. What RFC 8301 calls weak is `policy` here, whatever
  /// the suite, which is older, says of it; of the rest, `invalid` is neither `pass` nor `fail`.
  @Test func `mail-dkim's messages of version 1 are judged as they should be`() async throws {
    guard let suite = Suite.named("dkim-mail-dkim") else { return }
    let zone = try suite.zone("zone.json")
    var total = 0
    var misses: [String] = []
    for line in try suite.text("expected.tsv").split(whereSeparator: \.isNewline) {
      let columns = line.split(separator: "\t").map(String.init)
      let bytes = try suite.bytes("corpus/\(columns[0])")
      let results = await verify(bytes, zone, at: { _ in .afterSuite })
      guard Message(parsing: bytes).isSignedByVersion1 else { continue }
      total += 1
      let verdicts = Set(results.map(\.atArrival))
      let isWeak = results.contains {
        $0.result == .policy && ($0.algorithm == "rsa-sha1" || $0.keyBits < 1024)
      }
      let isRight =
        switch columns[1] {
        case "pass": verdicts.contains(.pass) || isWeak
        case "fail": !verdicts.contains(.pass) && (verdicts.contains(.fail) || isWeak)
        default: verdicts.isDisjoint(with: [.pass, .fail])
        }
      if !isRight {
        misses.append("\(line): \(results.map { "\($0.atArrival) (\($0.reason))" })")
      }
    }
    suite.report(passed: total - misses.count, total: total, misses: misses)
    #expect(total == 30)
    #expect(misses.isEmpty)
  }

  @Test func `mail-auth's messages verify`() async throws {
    guard let suite = Suite.named("dkim-arc-spf-mail-auth") else { return }
    let zone = try suite.zone("zone.json")
    let files = (1...6).map { "dkim/00\($0).txt" } + ["arc/001.txt", "arc/002.txt"]
    var total = 0
    var misses: [String] = []
    for file in files {
      let message = try suite.messageAfterRecords(file)
      for result in await verify(message, zone) {
        total += 1
        // The list changed the body after the author had signed it.
        let isChanged = file == "arc/001.txt" && result.domain == "stalw.art"
        if result.atArrival != (isChanged ? .fail : .pass) {
          misses.append("\(file) \(result.domain): \(result.atArrival) (\(result.reason))")
        }
      }
    }
    suite.report("DKIM", passed: total - misses.count, total: total, misses: misses)
    #expect(total == 12)
    #expect(misses.isEmpty)
  }

  @Test func `lieser's messages are judged as they should be`() async throws {
    guard let suite = Suite.named("dkim-arh-lieser") else { return }
    let zone = try suite.zone("zone.json")
    let exceptions: [String: [AuthenticationResult]] = [
      "rfc6376-A.2-body_modified.eml": [.fail],
      "rfc6376-A.2-header_subject_modified.eml": [.fail],
      "rfc6376-A.2-ill_formed-missing_v.eml": [.neutral],
      "rfc8463-A.3-key_algo_mismatch.eml": [.permerror, .permerror],
      "added_header-from.eml": [.policy],
      "flags_s-auid_is_subdomain_of_sdid.eml": [.permerror],
      // The zone lacks the keys of the platforms that signed second.
      "Fastmail from Amazon - Verify your new Amazon account.eml": [.pass, .permerror],
      "Fastmail from Fastmail - How to keep your email private.eml": [.pass, .permerror],
      "Fastmail from Fastmail - Welcome! Get set up in 3 steps..eml": [.pass, .permerror],
    ]
    var total = 0
    var misses: [String] = []
    for folder in ["data", "data/dkim", "data/original"] {
      for file in try suite.files(folder) where file.hasSuffix(".eml") {
        let results = await verify(try suite.bytes("\(folder)/\(file)"), zone)
        let expected = exceptions[file] ?? results.map { _ in .pass }
        total += results.count
        if results.map(\.atArrival) != expected {
          misses.append("\(file): \(results.map { "\($0.atArrival) (\($0.reason))" })")
        }
      }
    }
    suite.report("DKIM", passed: total - misses.count, total: total, misses: misses)
    #expect(total == 34)
    #expect(misses.isEmpty)
  }

  /// The clock stands a minute after a message was signed, where it says so.
  private func verify(
    _ bytes: [UInt8],
    _ zone: ZoneFile,
    from domain: String? = nil,
    at time: ([DKIMResult]) -> Timestamp = { results in
      (results.compactMap(\.signedAt).max() ?? .afterSuite).advanced(by: .seconds(60))
    }
  ) async -> [DKIMResult] {
    let message = Message(parsing: bytes)
    let verifier = DKIMVerifier(resolver: zone)
    let first = await verifier.verify(
      message,
      fromDomain: domain,
      arrivedAt: .afterSuite,
      now: .afterSuite
    )
    let now = time(first)
    return await verifier.verify(message, fromDomain: domain, arrivedAt: now, now: now)
  }
}

extension Message {
  fileprivate var isSignedByVersion1: Bool {
    let signatures = fields(.dkimSignature)
    return !signatures.isEmpty
      && signatures.allSatisfy {
        rawText(of: $0).split(separator: ";").contains { $0.filter { !$0.isWhitespace } == "v=1" }
      }
  }
}

extension Timestamp {
  /// A time after all messages were signed that don't say when.
  fileprivate static let afterSuite = Timestamp(seconds: 1_600_000_000)
}

extension Suite {
  func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

  func files(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path).sorted()
  }

  /// The message behind the block of key records at the start of a file.
  func messageAfterRecords(_ path: String) throws -> [UInt8] {
    let bytes = try bytes(path)
    let end = try #require(bytes.indices.first { bytes[$0...].starts(with: [10, 10]) })
    return Array(bytes[(end + 2)...])
  }

  /// A zone in JSON; `!Query timed out` and `!SERVFAIL` stand for failures, and `RCODE` for what
  /// the zone file doesn't need to be told.
  func zone(_ path: String) throws -> ZoneFile {
    let text = try text(path)
      .replacing("[\n   \"!Query timed out\"\n  ]", with: "\"TIMEOUT\"")
      .replacing("[\n   \"!SERVFAIL\"\n  ]", with: "\"SERVFAIL\"")
    return try ZoneFile(json: Array(text.utf8), now: { Timestamp(seconds: 0) })
  }
}
