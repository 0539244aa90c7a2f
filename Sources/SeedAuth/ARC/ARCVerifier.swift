import SeedCrypto
public import SeedMail

/// Validates the ARC chain of a message (RFC 8617 §5.2).
public struct ARCVerifier: Sendable {
  private let resolver: any Resolver
  private let trustedSealers: Set<String>

  /// Makes a verifier that asks `resolver` for keys.
  ///
  /// `trustedSealers` are the domains, in lower-case A-labels, whose word the operator takes: a chain
  /// proves only who sealed it, and anybody can seal what he has made up.
  public init(resolver: any Resolver, trustedSealers: Set<String> = []) {
    self.resolver = resolver
    self.trustedSealers = trustedSealers
  }

  /// The chain's validation status: `none` where there is no chain, `temperror` where DNS failed.
  public func verify(_ message: Message) async -> ARCResult {
    do throws(SignatureFault) {
      let sets = try ARCSet.all(in: message)
      guard !sets.isEmpty else { return ARCResult(result: .none, sealers: []) }
      var seals: [ARCSeal] = []
      for set in sets {
        seals.append(try ARCSeal(message.fields[set.seal], of: message.bytes))
      }
      let fault = await Self.fault(of: sets, seals, in: message, resolver)
      let sealers = seals.map(\.domain)
      return ARCResult(
        result: fault.map { $0.result == .temperror ? .temperror : .fail } ?? .pass,
        sealers: sealers,
        reason: fault?.reason ?? "",
        isTrusted: fault == nil && trustedSealers.isSuperset(of: sealers)
      )
    } catch { return ARCResult(result: .fail, sealers: [], reason: error.reason) }
  }

  /// Why the chain is not valid; `nil` where it is.
  private static func fault(
    of sets: [ARCSet],
    _ seals: [ARCSeal],
    in message: Message,
    _ resolver: any Resolver
  ) async -> SignatureFault? {
    // RFC 8617 §5.2: the first sealer found no chain, and each later one a valid one.
    for (index, seal) in seals.enumerated()
    where seal.chainValidation != (index == 0 ? .none : .pass) {
      return .permanent("cv= of instance \(index + 1) is \(seal.chainValidation.rawValue)")
    }
    guard let newest = sets.last?.message else { return nil }
    do throws(SignatureFault) {
      let tags = try SignatureTags(message.fields[newest], of: message.bytes)
      let signature = try DKIMSignature(tags, .arc)
      let body = BodyHashes(of: message, for: [signature])
      guard body[signature] == .digest(signature.bodyHash) else {
        throw .permanent("the body hash does not match")
      }
      let names = seals.map(\.keyName) + [signature.keyName]
      let answers = await DKIMVerifier.answers(to: names, from: resolver)
      try check(
        signature.algorithm,
        signature.signature,
        digest: signature.headerDigest(of: message, fieldIndex: newest),
        answers[signature.keyName]
      )
      for (seal, digest) in zip(seals, sealDigests(sets, seals, message)).reversed() {
        try check(seal.algorithm, seal.signature, digest: digest, answers[seal.keyName])
      }
      return nil
    } catch { return error }
  }

  private static func check(
    _ algorithm: DKIMSignature.Algorithm,
    _ signature: [UInt8],
    digest: [UInt8],
    _ answer: DNSAnswer?
  ) throws(SignatureFault) {
    // RFC 8301 §3.1.
    guard algorithm != .rsaSHA1 else { throw .permanent("rsa-sha1 is too weak") }
    guard let answer else { throw .keyAbsent }
    let (key, isMatch) = try DKIMKey.choose(from: answer) { key throws(SignatureFault) in
      try key.check(algorithm)
      return key.isValid(signature, digest: digest)
    }
    guard algorithm == .ed25519SHA256 || key.bitCount >= DKIMVerifier.keyBitCountMin else {
      throw .permanent("an RSA key of \(key.bitCount) bits is too weak")
    }
    guard isMatch else { throw .permanent("a signature does not match") }
  }

  /// RFC 8617 §5.1.1: a seal signs all fields of the sets before its own and of its own, in relaxed
  /// form, itself last, with an empty `b=` and without its line end.
  private static func sealDigests(
    _ sets: [ARCSet],
    _ seals: [ARCSeal],
    _ message: Message
  ) -> [[UInt8]] {
    var hasher = SHA256()
    var input: [UInt8] = []
    return zip(sets, seals).map { set, seal in
      for index in [set.results, set.message] {
        Canonicalization.relaxed.append(message.fields[index], of: message.bytes, to: &input)
      }
      hasher.update(input.span)
      input.removeAll(keepingCapacity: true)

      let field = message.fields[set.seal]
      Canonicalization.relaxed.append(
        field,
        of: message.bytes,
        omitting: seal.signatureRange,
        to: &input
      )
      input.removeLast(2)
      var own = hasher.copy()
      own.update(input.span)
      input.removeAll(keepingCapacity: true)
      // The later seals sign this one as it is.
      Canonicalization.relaxed.append(field, of: message.bytes, to: &input)
      return own.finalize()
    }
  }
}
