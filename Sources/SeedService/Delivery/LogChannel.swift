import FoundationEssentials
public import Logging
public import SeedCore

/// The alert that always works: one line in the log.
public struct LogChannel: AlertChannel {
  public let name = "log"
  private let logger: Logger

  /// Makes the channel.
  public init(logger: Logger) { self.logger = logger }

  /// What the line says; addresses and subjects stay out of logs.
  private struct Line: Decodable {
    struct Sender: Decodable { let domain: String }
    let finding: String
    let organisation: String?
    let sender: Sender
    let `class`: String
    let severity: String
    let event: String?
  }

  public func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    guard let line = try? JSONDecoder().decode(Line.self, from: Data(row.payload)) else {
      throw .permanent("the row holds no finding")
    }
    logger.notice(
      "a finding",
      metadata: [
        "finding": "\(line.finding)", "class": "\(line.class)", "severity": "\(line.severity)",
        "organisation": "\(line.organisation ?? "(control)")",
        "sender.domain": "\(line.sender.domain)", "event": "\(line.event ?? "")",
      ]
    )
  }
}
