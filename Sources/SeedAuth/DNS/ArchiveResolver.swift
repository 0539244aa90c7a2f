import FoundationEssentials
public import SeedMail

/// Answers from an archive instead of the network, so that a message can be judged again years later
/// from what was seen then.
///
/// A question that was not asked then ends in `timeout`: the archive can't tell, and a verdict that
/// rests on it stays open.
public struct ArchiveResolver: Resolver {
  /// The most bytes of an archive; a longer one is refused.
  public static let byteCountMax = 64 * 1024 * 1024
  /// What ``DNSAnswer/source`` says of a question that the archive doesn't have.
  public static let source = "archive"

  private let answers: [DNSQuestion: DNSAnswer]
  private let now: @Sendable () -> Timestamp

  /// Answers from `answers`; of several to one question, the first counts.
  public init(_ answers: [DNSAnswer], now: @escaping @Sendable () -> Timestamp) {
    self.answers = Dictionary(
      answers.map { (DNSQuestion($0.name, $0.type), $0) },
      uniquingKeysWith: { first, _ in first }
    )
    self.now = now
  }

  public var answersAtOnce: Bool { true }

  public func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    let question = DNSQuestion(name, type)
    return answers[question]
      ?? DNSAnswer(
        name: question.name,
        type: type,
        status: .timeout,
        receivedAt: now(),
        source: Self.source
      )
  }
}

/// The answers that a judgement rests on, as bytes to be kept and committed to.
public enum DNSArchive {
  /// The answers as JSON, always the same for the same answers.
  public static func encode(_ answers: [DNSAnswer]) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(answers))
  }

  /// Reads ``encode(_:)``'s bytes.
  ///
  /// - Throws: `DecodingError` where they are no archive, or an answer doesn't fit its question.
  public static func decode(_ bytes: [UInt8]) throws -> [DNSAnswer] {
    guard bytes.count <= ArchiveResolver.byteCountMax else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: [], debugDescription: "the archive is too large")
      )
    }
    return try JSONDecoder().decode([DNSAnswer].self, from: Data(bytes))
  }
}
