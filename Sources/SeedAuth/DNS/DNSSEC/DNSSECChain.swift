import SeedCrypto
public import SeedMail

/// A chain of signed records from the root of the DNS down to an answer, in the form of RFC 9102: what
/// anybody can check years later, asking nobody.
///
/// Answers that a wild card or a DNAME made, and proofs that there is nothing, have no chain here.
public enum DNSSECChain {
  /// The most bytes of a chain.
  public static let byteCountMax = 256 * 1024
  /// The most signatures that are checked, whatever the chain says: a hostile one can't cost more.
  public static let signatureCountMax = 64
  /// The most keys of one zone that have the tag that a signature names.
  static let candidateCountMax = 2
  /// The most aliases between the question and its answer.
  static let aliasCountMax = 8

  /// What a chain proves.
  public struct Proof: Sendable, Hashable {
    /// The data of the answer's records.
    public let records: [[UInt8]]
    /// Between which times every signature of the chain is valid.
    public let validity: ClosedRange<Timestamp>
  }

  /// Checks a chain for a question.
  ///
  /// Everything in it must be needed, and every signature in it must hold.
  ///
  /// - Parameters:
  ///   - chain: The bytes, as ``write(_:_:from:)`` makes them.
  ///   - name: The question's name, in A-labels.
  ///   - type: The question's type, such as 16 for TXT.
  ///   - time: When the answer came.
  ///   - anchors: The root's keys that are believed.
  /// - Throws: ``DNSSECFault``.
  public static func verify(
    _ chain: [UInt8],
    name: String,
    type: UInt16,
    at time: Timestamp,
    anchors: [RootAnchor]
  ) throws(DNSSECFault) -> Proof {
    guard chain.count <= byteCountMax else { throw .tooLarge }
    guard let records = ResourceRecord.all(inChain: chain), !records.isEmpty,
      let name = DNSName.normalized(name)
    else { throw .malformed }
    var verifier = ChainVerifier(try SignedSet.all(of: records), at: time, anchors: anchors)
    let answer = try verifier.answer(to: DNSName.wire(name), type)
    try verifier.finish()
    return Proof(
      records: answer.map(\.data),
      validity: Timestamp(seconds: verifier.validFrom)...Timestamp(seconds: verifier.validUntil)
    )
  }
}

/// Why a chain proves nothing.
public enum DNSSECFault: Error, Sendable, Hashable {
  /// It is no sequence of records in canonical form, or a set has no signature.
  case malformed
  /// It is over a limit.
  case tooLarge
  /// Records that it takes are not there, or not signed.
  case incomplete
  /// It has records that nothing needs.
  case superfluous
  /// A signature doesn't hold.
  case badSignature
  /// A signature isn't valid yet, or not any more.
  case notValidAtThatTime
  /// A signature or a key is of an algorithm that isn't verified here.
  case unsupportedAlgorithm
  /// The root's keys are not those that are believed.
  case notAnchored
}

/// A key of the root zone that is believed: the digest in a DS record.
public struct RootAnchor: Sendable, Hashable {
  let delegation: [UInt8]

  /// The anchor that a DNSKEY record's data of the root gives; `nil` for a key that signs no zone.
  init?(key: [UInt8]) {
    guard let tag = ZoneKey(key)?.tag else { return nil }
    delegation = ResourceRecord.bigEndian(tag) + [key[3], 2] + SHA256.hash([0] + key)
  }

  /// Reads `47005 13 2 2eb6…`: key tag, algorithm, digest type and digest; `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard words.count >= 4, let tag = UInt16(words[0]), let algorithm = UInt8(words[1]),
      let digestType = UInt8(words[2])
    else { return nil }
    let digits = Array(words[3...].joined().utf8)
    guard digits.count % 2 == 0,
      (digestType, digits.count) == (2, 64) || (digestType, digits.count) == (4, 96)
    else { return nil }
    var digest: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard
        let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16)
      else { return nil }
      digest.append(byte)
    }
    delegation = ResourceRecord.bigEndian(tag) + [algorithm, digestType] + digest
  }

  /// Reads the DS records of a file such as dns-root-data's `root.ds`; lines of other kinds are
  /// passed over.
  public static func all(in text: String) -> [RootAnchor] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      let line = line.prefix { $0 != ";" }
      guard line.hasPrefix("."),
        let range = line.firstRange(of: " DS ") ?? line.firstRange(of: "\tDS\t")
      else { return nil }
      return RootAnchor(line[range.upperBound...])
    }
  }
}
