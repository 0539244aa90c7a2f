import SeedAuth
import SeedCore
import SeedCrypto
import SeedMail

/// A part of the work.
enum Mode: String, CaseIterable {
  /// The files are read, and nothing else.
  case read
  /// The header section is read.
  case headers
  /// The MIME structure too, and every leaf is decoded.
  case parse
  /// The recipients are found, and the tokens that they would be looked up by.
  case match
  /// Every DKIM signature is verified.
  case dkim
  /// DKIM, SPF, DMARC and ARC.
  case authenticate
  /// Everything that is found out about a message before it is judged.
  case examine

  /// What is done with each message; `nil` where the corpus lacks what that takes.
  func work(on corpus: Corpus) -> ((_ bytes: [UInt8], _ counts: inout Counts) async -> Void)? {
    switch self {
    case .read: return { _, _ in }
    case .headers: return { $1.addFields(of: Message(parsing: $0)) }
    case .parse: return { $1.addParts(of: Message(parsing: $0)) }
    case .match:
      guard let key = try? MatchKey(SecretBytes([UInt8](repeating: 7, count: MatchKey.byteCount)))
      else { return nil }
      let examiner = Self.examiner(ZoneFile { .benchmark })
      return { bytes, counts in
        let reading = examiner.read(bytes, deliveredAt: .benchmark)
        for recipient in reading.recipients {
          counts.tokens += key.tokens(for: recipient.mailbox).count
        }
      }
    case .dkim:
      guard let zone = corpus.zone() else { return nil }
      let verifier = DKIMVerifier(resolver: zone)
      return { bytes, counts in
        let results = await verifier.verify(
          Message(parsing: bytes),
          fromDomain: nil,
          arrivedAt: .benchmark,
          now: .benchmark
        )
        counts.add(results)
      }
    case .authenticate:
      guard let zone = corpus.zone() else { return nil }
      let authenticator = Authenticator(resolver: zone)
      let examiner = Self.examiner(zone)
      return { bytes, counts in
        let reading = examiner.read(bytes, deliveredAt: .benchmark)
        let message = reading.message
        let from = message.fields(.from).flatMap { message.mailboxes(in: $0) }
        let authentication = await authenticator.authenticate(
          message,
          fromDomain: from.count == 1 ? from.first?.domain : nil,
          handover: reading.handover,
          arrivedAt: .benchmark,
          now: .benchmark
        )
        counts.add(authentication.report)
      }
    case .examine:
      guard let zone = corpus.zone() else { return nil }
      let examiner = Self.examiner(zone)
      return { bytes, counts in
        let reading = examiner.read(bytes, deliveredAt: .benchmark)
        let facts = await examiner.examine(reading, at: .benchmark).facts
        counts.add(facts.authentication)
        counts.linkHosts += facts.linkHosts.count
      }
    }
  }
}

extension Mode {
  /// The name of the server that the corpus was delivered to.
  private static let ownHost = "mx.inbox.test"

  private static func examiner(_ zone: ZoneFile) -> Examiner {
    let hosts = OwnHosts(names: [ownHost])
    return Examiner(ownHosts: hosts, authservs: hosts, publicSuffixes: .builtIn, resolver: zone)
  }
}

extension Counts {
  fileprivate mutating func addFields(of message: Message) { fields += message.fields.count }

  fileprivate mutating func addParts(of message: Message) {
    addFields(of: message)
    let structure = MIMEStructure(of: message)
    for (index, part) in structure.parts.enumerated() where !part.isMultipart && !part.isMessage {
      leaves += 1
      decodedBytes += structure.decodedBytes(of: index)?.count ?? 0
    }
  }

  fileprivate mutating func add(_ results: [DKIMResult]) {
    signatures += results.count
    if results.contains(where: { $0.result == .pass }) {
      passes += 1
    } else if !results.isEmpty {
      failures += 1
    }
  }

  fileprivate mutating func add(_ report: AuthenticationReport) {
    add(report.dkim)
    if report.spf?.result == .pass { spfPasses += 1 }
    if report.dmarc?.result == .pass { dmarcPasses += 1 }
  }
}

extension Timestamp {
  /// A time after all of the corpus.
  static let benchmark = Timestamp(seconds: 1_800_000_000)
}
