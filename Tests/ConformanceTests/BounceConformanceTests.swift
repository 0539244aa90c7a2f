import Foundation
import SeedMail
import SeedTesting
import Testing

/// Sisimai's collection of bounces, automatic replies and feedback reports.
struct BounceConformanceTests {
  private struct Recognised {
    let file: String
    let message: AutomaticMessage?
  }

  private func read(_ suite: Suite, _ folder: String) throws -> [Recognised] {
    let folder = suite.folder.appending(path: "set-of-emails/maildir/\(folder)")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".eml") }.sorted()
      .map { name in
        let bytes = try Array(Data(contentsOf: folder.appending(path: name)))
        let message = Message(parsing: bytes)
        let structure = MIMEStructure(of: message)
        return Recognised(file: name, message: AutomaticMessage(of: message, structure: structure))
      }
  }

  @Test(arguments: ["bsd", "dos", "mac"])
  func `bounces are recognised with every line end`(folder: String) throws {
    guard let suite = Suite.named("bounces-sisimai") else { return }
    let all = try read(suite, folder)
    try check(suite, folder, "bounces", .deliveryStatus, all) {
      !$0.hasPrefix("rfc3834-") && !$0.hasPrefix("arf-")
    }
    try check(suite, folder, "replies", .autoReply, all) {
      $0.hasPrefix("rfc3834-") || $0 == "arf-26.eml"
    }
    try check(suite, folder, "feedback reports", .feedbackReport, all) {
      $0.hasPrefix("arf-") && $0 != "arf-26.eml"
    }
  }

  private func check(
    _ suite: Suite,
    _ folder: String,
    _ title: String,
    _ kind: AutomaticMessage.Kind,
    _ all: [Recognised],
    where isWanted: (String) -> Bool
  ) throws {
    let wanted = all.filter { isWanted($0.file) }
    let misses = wanted.filter { $0.message?.kind != kind }
    suite.report(
      "\(title) \(folder)",
      passed: wanted.count - misses.count,
      total: wanted.count,
      misses: misses.map { "\($0.file) \($0.message?.kind.rawValue ?? "not recognised")" }
    )
    #expect(misses.count * 20 <= wanted.count)
  }

  @Test func `what is no bounce isn't taken for one`() throws {
    guard let suite = Suite.named("bounces-sisimai") else { return }
    let all = try read(suite, "not")
    let misses = all.filter { $0.message != nil }
    suite.report(
      "other mail",
      passed: all.count - misses.count,
      total: all.count,
      misses: misses.map(\.file)
    )
    #expect(!all.isEmpty && misses.isEmpty)
  }

  @Test func `the status codes that a bounce gives are found`() throws {
    guard let suite = Suite.named("bounces-sisimai") else { return }
    let codes = Dictionary(
      try read(suite, "bsd").map { ($0.file, $0.message?.statusCodes ?? []) },
      uniquingKeysWith: { first, _ in first }
    )
    // The suite derives a code of its own where the bounce gives none; such rows can't be met.
    let rows = try String(decoding: suite.bytes("expected.tsv"), as: UTF8.self)
      .split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
      .filter { $0.count > 1 && codes[String($0[0])]?.isEmpty == false && !$0[1].isEmpty }
    let met = rows.filter { codes[String($0[0])]?.contains(String($0[1])) == true }
    suite.report("status codes", passed: met.count, total: rows.count)
    #expect(!met.isEmpty)
  }
}
