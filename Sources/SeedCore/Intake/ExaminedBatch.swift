import SeedAuth
import SeedMail

/// A batch of messages that was read, matched and examined, and is to be recorded.
///
/// It holds what is recorded and no message's bytes as they came.
public struct ExaminedBatch: Sendable {
  let messages: [ExaminedMessage]
  /// The time that its records bear.
  let examinedAt: Timestamp
}

/// What is recorded of one message.
struct ExaminedMessage: Sendable {
  /// A seed that it reached, with the first recipient that named it.
  struct Sighted: Sendable {
    let seed: Identifier<Seed>
    let recipient: Recipient
    /// The facts, with the grade for this seed.
    let facts: MessageFacts
  }

  let delivery: Delivery
  let arrivedAt: Timestamp
  let isTaken: Bool
  let isOwnAlert: Bool
  let nearCount: Int
  let unknownCount: Int
  /// Each seed once.
  let sightings: [Sighted]
  /// The message; `nil` where it reached no seed and is not kept.
  let packed: PackedBytes?
  /// The DNS answers that the facts rest on, as they are archived.
  let dnsArchive: [UInt8]
  /// The names of the keys that verify it.
  let keyNames: Set<String>
}

extension Intake {
  /// A message on its way through a batch.
  struct Item: Sendable {
    let arrival: Arrival
    let reading: Reading
    /// What each recipient may match.
    let tokens: [[MatchToken]]
    /// Whether it is an alert of this installation that came back: never a sighting, or it would alert
    /// again.
    let isOwnAlert: Bool
    var isTaken = false
    /// The seeds that it reached, each once, with the first recipient that named it.
    var seeds: [(seed: Identifier<Seed>, recipient: Recipient)] = []
    var nearCount = 0
    var unknownCount = 0

    init(arrival: Arrival, reading: Reading, tokens: [[MatchToken]], isOwnAlert: Bool) {
      self.arrival = arrival
      self.reading = reading
      self.tokens = tokens
      self.isOwnAlert = isOwnAlert
    }

    /// Works out what is to be recorded; asks DNS only about what reached a seed.
    func examined(
      by examiner: Examiner,
      packing store: any BytePacking,
      at now: Timestamp
    ) async throws -> ExaminedMessage {
      let examination = seeds.isEmpty ? nil : await examiner.examine(reading, at: now)
      return ExaminedMessage(
        delivery: Delivery(
          messageDigest: reading.digest,
          baseName: arrival.baseName,
          file: arrival.file,
          takenAt: now
        ),
        arrivedAt: reading.arrivedAt,
        isTaken: isTaken,
        isOwnAlert: isOwnAlert,
        nearCount: nearCount,
        unknownCount: unknownCount,
        sightings: examination.map { examination in
          seeds.map { seed, recipient in
            ExaminedMessage.Sighted(
              seed: seed,
              recipient: recipient,
              facts: examination.facts.graded(for: recipient.mailbox, in: reading.message)
            )
          }
        } ?? [],
        packed: seeds.isEmpty ? nil : try store.packed(arrival.bytes),
        dnsArchive: examination.map { DNSArchive.bytes(of: $0.answers) } ?? [],
        keyNames: examination.map { KeyChecker.names(in: $0.facts.authentication.dkim) } ?? []
      )
    }
  }
}
