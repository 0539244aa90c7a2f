public import SeedAuth
public import SeedMail

extension BundleTrust {
  /// The most bytes of a file of DKIM keys.
  public static let keysByteCountMax = 1 << 20

  /// Reads DKIM keys that are known from elsewhere: a line each, the name of the record, white space,
  /// and its text, as opendkim's `TestPublicKeys` has them.
  ///
  /// - Throws: ``GrammarError`` at the line that doesn't fit.
  public static func keys(parsing bytes: [UInt8]) async throws(GrammarError) -> [DNSAnswer] {
    guard bytes.count <= keysByteCountMax else { throw GrammarError(.tooLong, at: bytes.count) }
    var zone = ZoneFile(now: { Timestamp(seconds: 0) })
    var names: [String] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let parts = line.split(maxSplits: 1) { $0 == 0x20 || $0 == 0x09 }
      guard parts.first?.first != UInt8(ascii: "#"), !parts.isEmpty else { continue }
      guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self) else {
        throw GrammarError(.malformedValue, at: line.startIndex)
      }
      do { try zone.add([Array(parts[1])], for: name, .txt) } catch {
        throw GrammarError(.malformedValue, at: line.startIndex)
      }
      if !names.contains(name) { names.append(name) }
    }
    var answers: [DNSAnswer] = []
    for name in names {
      let answer = await zone.resolve(name, .txt)
      guard answer.status == .found else { throw GrammarError(.malformedDomain, at: 0) }
      answers.append(answer)
    }
    return answers
  }
}
