public import Logging
public import SeedCore

/// The alert that always works: one line in the log.
public struct LogChannel: AlertChannel {
  /// The name under which every configuration has it.
  static let channelName = "log"

  public let name = channelName
  private let logger: Logger

  /// Makes the channel.
  public init(logger: Logger) { self.logger = logger }

  /// Addresses and subjects stay out of logs.
  public func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    guard let payload = try? AlertPayload(json: row.payload) else {
      throw .permanent("the row holds no alert")
    }
    switch payload {
    case .finding(let finding):
      logger.notice(
        "a finding",
        metadata: [
          "finding": "\(finding.finding)", "class": "\(finding.class.rawValue)",
          "severity": "\(finding.severity.rawValue)",
          "organisation": "\(finding.organisation ?? "(control)")",
          "sender.domain": "\(finding.sender.domain)", "event": "\(finding.event?.rawValue ?? "")",
        ]
      )
    case .digest(let digest):
      logger.notice(
        "a digest",
        metadata: [
          "finding.count": "\(digest.findings)", "sighting.count": "\(digest.newSightings)",
        ]
      )
    case .overflow(let overflow):
      logger.notice("more alerts at once", metadata: ["alert.count": "\(overflow.alerts)"])
    case .notice(let notice):
      logger.log(
        level: notice.severity > .low ? .warning : .notice,
        "a notice",
        metadata: ["topic": "\(notice.topic.rawValue)", "title": "\(notice.title)"]
      )
    }
  }
}
