import SeedCore

/// A sighting as commands print it.
struct SightingSummary: Encodable {
  let sighting: Identifier<Sighting>
  let seed: Identifier<Seed>
  let recipient: String
  let recipientSource: Sighting.RecipientSource
  let arrivedAt: Timestamp
  let recordedAt: Timestamp
  let messageDigest: String
  let messageID: String?
  let from: [String]
  let subject: String
  let sender: FindingSummary.SenderSummary
  let `class`: MessageClass
  let grade: Grade
  let reasons: [String]
  let gradeReasons: [String]
  let judgedAt: Timestamp
  let keys: [KeyHistory]

  init(_ entry: JudgedSighting, in store: any StoreReader) throws {
    sighting = entry.sighting.id
    seed = entry.sighting.seed
    recipient = entry.sighting.recipient
    recipientSource = entry.sighting.recipientSource
    arrivedAt = entry.sighting.arrivedAt
    recordedAt = entry.sighting.recordedAt
    messageDigest = entry.sighting.messageDigest.hexadecimal
    messageID = entry.sighting.facts.messageID
    from = entry.sighting.facts.from.map(\.address)
    subject = entry.sighting.facts.subject
    sender = FindingSummary.SenderSummary(entry.judgement.sender)
    self.class = entry.judgement.verdict.messageClass
    grade = entry.judgement.grade
    reasons = entry.judgement.verdict.reasons
    gradeReasons = entry.sighting.facts.gradeReasons
    judgedAt = entry.judgement.madeAt
    keys = try KeyHistory.all(of: [entry], in: store)
  }
}
