import FoundationEssentials
public import SeedAuth
import SeedMail

/// The DNS answers that a judgement rests on, as they are kept and committed to.
public enum DNSArchive {
  /// RFC 8785 JSON with every answer in the order in which it was asked for; empty for none.
  public static func bytes(of answers: [DNSAnswer]) throws -> [UInt8] {
    guard !answers.isEmpty else { return [] }
    let list = try JSONValue(parsing: Array(try JSONEncoder().encode(answers)))
    return CanonicalJSON.bytes(of: .object([.init("v", .integer(1)), .init("answers", list)]))
  }
}
