import FoundationEssentials
public import SeedAuth
import SeedMail

/// The DNS answers that a judgement rests on, as they are kept and committed to.
public enum DNSArchive {
  /// RFC 8785 JSON with every answer in the order in which it was asked for; empty for none.
  public static func bytes(of answers: [DNSAnswer]) -> [UInt8] {
    guard !answers.isEmpty else { return [] }
    var writer = JSONWriter(capacity: 4096)
    // RFC 8785 §3.2.3: the names are sorted.
    writer.object { writer in
      writer.name("answers")
      writer.list(answers) { writer, answer in
        writer.object { writer in
          writer.member("name", answer.name)
          writer.member("receivedAt", answer.receivedAt)
          writer.member("secure", answer.isSecure)
          writer.member("source", answer.source)
          writer.member("status", answer.status)
          writer.member("ttl", Int(answer.timeToLive))
          writer.member("type", answer.type.description)
          writer.member("wire", base64: answer.wire)
        }
      }
      writer.member("v", 1)
    }
    return writer.bytes
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
    guard Self.bytes(of: answers) == bytes else { throw GrammarError(.malformedValue, at: 0) }
    return answers
  }
}
