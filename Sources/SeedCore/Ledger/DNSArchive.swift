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

  /// Reads ``bytes(of:)``'s bytes, and no others.
  ///
  /// - Throws: ``GrammarError`` or `DecodingError` where they are no archive, or an answer doesn't fit
  ///   its question.
  public static func answers(in bytes: [UInt8]) throws -> [DNSAnswer] {
    guard !bytes.isEmpty else { return [] }
    let value = try JSONValue(parsing: bytes)
    guard value["v"]?.integer == 1, let list = value["answers"] else {
      throw GrammarError(.malformedValue, at: 0)
    }
    let answers = try JSONDecoder().decode(
      [DNSAnswer].self,
      from: Data(CanonicalJSON.bytes(of: list))
    )
    guard try Self.bytes(of: answers) == bytes else { throw GrammarError(.malformedValue, at: 0) }
    return answers
  }
}
