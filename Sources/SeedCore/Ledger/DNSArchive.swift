public import SeedAuth
import SeedMail

/// The DNS answers that a judgement rests on, as they are kept and committed to.
public enum DNSArchive {
  /// RFC 8785 JSON with every answer in the order in which it was asked for; empty for none.
  public static func bytes(of answers: [DNSAnswer]) -> [UInt8] {
    guard !answers.isEmpty else { return [] }
    return CanonicalJSON.bytes(
      of: .object([
        .init("v", .integer(1)),
        .init(
          "answers",
          .array(
            answers.map { answer in
              .object([
                .init("name", .string(answer.name)),
                .init("type", .integer(Int64(answer.type.rawValue))),
                .init("status", .string(answer.status.rawValue)),
                .init("wire", .string(Base64.encode(answer.wire))),
                .init("ttl", .integer(Int64(answer.timeToLive))),
                .init("secure", .bool(answer.isSecure)),
                .init("at", .string(answer.receivedAt.rfc3339)),
                .init("source", .string(answer.source)),
              ])
            }
          )
        ),
      ])
    )
  }
}
