import SeedCrypto
public import SeedMail

/// Verifies the DKIM signatures of a message (RFC 6376, RFC 8301, RFC 8463).
///
/// Its time is bounded by the limits below and by the resolver's deadline; DNS is asked for all keys
/// at once.
public struct DKIMVerifier: Sendable {
  /// The most signatures that are verified; those aligned with From come first, then from the top.
  public static let signatureCountMax = 10
  /// The most signatures that are reported; those past it are left out.
  public static let reportedCountMax = 100
  /// The most key records of one name that are tried.
  public static let keyRecordCountMax = 4
  /// RFC 8301 §3.2: a signature by a shorter RSA key is not valid.
  public static let keyBitCountMin = 1024

  private let resolver: any Resolver
  private let publicSuffixes: PublicSuffixList

  /// Makes a verifier that asks `resolver` for keys.
  public init(resolver: any Resolver, publicSuffixes: PublicSuffixList = .builtIn) {
    self.resolver = resolver
    self.publicSuffixes = publicSuffixes
  }

  /// The verdict on each signature of `message`, from top to bottom.
  ///
  /// `fromDomain` is From's domain, where From names a single one: signatures are aligned with it.
  /// Each verdict is given twice, for the time `arrivedAt` and for `now`.
  public func verify(
    _ message: Message,
    fromDomain: String?,
    arrivedAt: Timestamp,
    now: Timestamp
  ) async -> [DKIMResult] {
    var candidates = Self.candidates(of: message) { domain in
      fromDomain.map { publicSuffixes.isAligned(domain, with: $0) } ?? false
    }
    let chosen = Self.chosen(candidates)
    let signatures = chosen.compactMap { candidates[$0].signature }
    let hashes = BodyHashes(of: message, for: signatures.filter { $0.algorithm != .rsaSHA1 })
    let answers = await Self.answers(to: signatures.map(\.keyName), from: resolver)
    for index in chosen {
      let candidate = candidates[index]
      guard let signature = candidate.signature, let answer = answers[signature.keyName] else {
        continue
      }
      let check = SignatureCheck(candidate, signature, of: message, hashes: hashes)
      candidates[index].verdict = check.verdict(answer, arrivedAt: arrivedAt, now: now)
    }
    return candidates.map(\.verdict)
  }

  /// What DNS says of each of `names`, asked at the same time.
  static func answers(
    to names: [String],
    from resolver: any Resolver
  ) async -> [String: DNSAnswer] {
    let names = Set(names)
    // Most messages have one signature, and need no second task.
    if names.count == 1, let name = names.first {
      return [name: await resolver.resolve(name, .txt)]
    }
    return await withTaskGroup(of: (String, DNSAnswer).self) { group in
      for name in names {
        group.addTask { (name, await resolver.resolve(name, .txt)) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }
}

extension DKIMVerifier {
  /// One DKIM-Signature field, with the verdict as far as it is known.
  struct Candidate {
    let fieldIndex: Int
    let signature: DKIMSignature?
    var verdict: DKIMResult
  }

  private static func candidates(
    of message: Message,
    isAligned: (String) -> Bool
  ) -> [Candidate] {
    let indices = message.fields.indices.lazy.filter { message.fields[$0].kind == .dkimSignature }
    let fromCount = message.fields(.from).count
    return indices.prefix(reportedCountMax).map { index in
      var verdict = DKIMResult(domain: "", result: .policy, atArrival: .policy)
      var tags: SignatureTags?
      do throws(SignatureFault) {
        let read = try SignatureTags(message.fields[index], of: message.bytes)
        tags = read
        let signature = try DKIMSignature(read, .dkim)
        verdict.domain = signature.domain
        verdict.selector = signature.selector
        verdict.algorithm = signature.algorithm.rawValue
        verdict.reason = "not verified: the message has too many signatures"
        verdict.aligned = isAligned(signature.domain)
        verdict.signedFields = signature.signedFields
        verdict.bodyLengthLimit = signature.bodyLengthLimit
        verdict.signedAt = signature.signedAt
        verdict.expiresAt = signature.expiresAt
        verdict.bodyCanonicalization = signature.bodyCanonicalization
        verdict.coversEveryFrom = signature.signedFields.count { $0 == "from" } >= fromCount
        return Candidate(fieldIndex: index, signature: signature, verdict: verdict)
      } catch {
        // Also a signature that can't be verified is reported under its name, where it has one.
        verdict.domain = (try? tags?.domain("d", labelCountMin: 2)) ?? ""
        verdict.selector = (try? tags?.domain("s", labelCountMin: 1)) ?? ""
        verdict.result = error.result
        verdict.atArrival = error.result
        verdict.reason = error.reason
        return Candidate(fieldIndex: index, signature: nil, verdict: verdict)
      }
    }
  }

  /// Those to be verified: a flood of signatures of others can't push out the one that counts.
  private static func chosen(_ candidates: [Candidate]) -> [Int] {
    let readable = candidates.indices.filter { candidates[$0].signature != nil }
    let aligned = readable.filter { candidates[$0].verdict.aligned }
    let others = readable.filter { !candidates[$0].verdict.aligned }
    return Array((aligned + others).prefix(signatureCountMax))
  }
}
