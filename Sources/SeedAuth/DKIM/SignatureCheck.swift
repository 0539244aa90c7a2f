import SeedCrypto
import SeedMail

/// One signature over one message, with everything at hand but the key.
struct SignatureCheck {
  private let candidate: DKIMResult
  private let signature: DKIMSignature
  private let body: BodyHashes.Outcome?
  private let leavesBodyUnsigned: Bool
  private let headerDigest: [UInt8]

  init(
    _ candidate: DKIMVerifier.Candidate,
    _ signature: DKIMSignature,
    of message: Message,
    hashes: BodyHashes
  ) {
    self.candidate = candidate.verdict
    self.signature = signature
    body = hashes[signature]
    leavesBodyUnsigned = hashes.leavesUnsigned(signature)
    headerDigest = signature.headerDigest(of: message, fieldIndex: candidate.fieldIndex)
  }

  /// The verdict, given what DNS says of the key.
  func verdict(_ answer: DNSAnswer, arrivedAt: Timestamp, now: Timestamp) -> DKIMResult {
    var verdict = candidate
    verdict.hadExpired = signature.expiresAt.map { arrivedAt > $0 } ?? false
    verdict.bodyHashMatches = body.map { $0 == .digest(signature.bodyHash) }
    verdict.leavesBodyUnsigned = leavesBodyUnsigned
    do throws(SignatureFault) {
      let key = try DKIMKey.choose(from: answer) { key throws(SignatureFault) in
        try key.check(signature)
        return signature.algorithm == .rsaSHA1
          || key.isValid(signature.signature, digest: headerDigest)
      }
      verdict.keyBits = key.key.bitCount
      verdict.keyDigest = key.key.digest
      verdict.isTesting = key.key.isTesting
      let isComputed = signature.algorithm != .rsaSHA1 && key.key.isComputedWith
      verdict.headerSignatureMatches = isComputed ? key.isMatch : nil
      (verdict.atArrival, _) = conclusion(verdict, at: arrivedAt)
      (verdict.result, verdict.reason) = conclusion(verdict, at: now)
      if verdict.result != verdict.atArrival {
        verdict.reason += "; on arrival: \(verdict.atArrival.rawValue)"
      }
    } catch {
      verdict.result = error.result
      verdict.atArrival = error.result
      verdict.reason = error.reason
      verdict.isKeyWithdrawn = error == .keyAbsent || error == .keyRevoked
    }
    return verdict
  }

  private func conclusion(
    _ verdict: DKIMResult,
    at time: Timestamp
  ) -> (AuthenticationResult, String) {
    // RFC 8301 §3.1: rsa-sha1 is never valid; it is not worth computing.
    guard signature.algorithm != .rsaSHA1 else { return (.policy, "rsa-sha1 is too weak") }
    if body == .bodyTooShort { return (.permerror, "l= is larger than the body") }
    let mismatch =
      verdict.bodyHashMatches != true
      ? "the body hash does not match"
      : verdict.headerSignatureMatches != true ? "the signature does not match" : nil
    if signature.algorithm == .rsaSHA256, verdict.keyBits < DKIMVerifier.keyBitCountMin {
      let weakness = "an RSA key of \(verdict.keyBits) bits is too weak"
      guard verdict.headerSignatureMatches != nil else { return (.policy, weakness) }
      return (.policy, weakness + "; " + (mismatch ?? "the signature matches"))
    }
    if let mismatch { return (.fail, mismatch) }
    guard verdict.coversEveryFrom else { return (.policy, "a From field is not signed") }
    // RFC 6376 §6.1.1: a verifier may refuse an expired signature.
    if let expiresAt = signature.expiresAt, time > expiresAt {
      return (.policy, "the signature has expired")
    }
    let remarks =
      (verdict.isTesting ? ["its key is for testing"] : [])
      + (leavesBodyUnsigned ? ["a part of the body is not signed"] : [])
    return (
      .pass, remarks.isEmpty ? "" : "the signature matches; " + remarks.joined(separator: "; ")
    )
  }
}

extension SignatureFault {
  static let keyAbsent = permanent("no key")
  static let keyRevoked = permanent("key revoked")
}

extension DKIMSignature {
  /// RFC 6376 §3.7: the hash of the signed fields and, with an empty `b=`, the signature's own.
  func headerDigest(of message: Message, fieldIndex: Int) -> [UInt8] {
    var input: [UInt8] = []
    input.reserveCapacity(2048)
    for index in message.fieldIndices(signedBy: signedFields, excluding: fieldIndex) {
      headerCanonicalization.append(message.fields[index], of: message.bytes, to: &input)
    }
    headerCanonicalization.append(
      message.fields[fieldIndex],
      of: message.bytes,
      omitting: signatureRange,
      to: &input
    )
    // RFC 6376 §3.7: the last field's line end is not hashed.
    input.removeLast(2)
    return SHA256.hash(input)
  }
}

extension DKIMKey {
  /// The key that DNS has, and whether `isMatch` says that it verifies.
  ///
  /// RFC 6376 §3.6.2.2 leaves open what several records mean. Records that are no keys are passed
  /// over, as wild cards answer for every name. Of several keys the first that verifies is taken,
  /// since all of them are the domain's; their order doesn't matter.
  static func choose(
    from answer: DNSAnswer,
    isMatch: (DKIMKey) throws(SignatureFault) -> Bool
  ) throws(SignatureFault) -> (key: DKIMKey, isMatch: Bool) {
    switch answer.status {
    case .found: break
    case .nodata, .nxdomain: throw .keyAbsent
    case .malformedName: throw .permanent("the key's name can't be asked for")
    case .servfail, .timeout:
      throw SignatureFault(result: .temperror, reason: "DNS failed to give the key")
    }
    var mismatch: DKIMKey?
    var fault: SignatureFault?
    var records = answer.texts
    if records.count > 1 { records.sort { $0.lexicographicallyPrecedes($1) } }
    for record in records.prefix(DKIMVerifier.keyRecordCountMax) {
      do throws(SignatureFault) {
        let key = try DKIMKey.remembered(record)
        if try isMatch(key) { return (key, true) }
        mismatch = mismatch ?? key
      } catch { fault = fault ?? error }
    }
    guard let mismatch else { throw fault ?? .keyAbsent }
    return (mismatch, false)
  }
}
