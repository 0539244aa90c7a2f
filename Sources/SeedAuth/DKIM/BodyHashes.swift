import SeedCrypto
import SeedMail

/// The body hashes that the signatures of one message ask for.
///
/// The body is read once for each canonicalization, whatever the number of signatures: the hash of
/// a part, which `l=` asks for, is taken on the way to the hash of the whole.
struct BodyHashes {
  /// What was found for one signature.
  enum Outcome: Hashable {
    case digest([UInt8])
    /// `l=` is larger than the body.
    case bodyTooShort
  }

  private struct Request: Hashable {
    let canonicalization: Canonicalization
    let limit: Int?
  }

  private var outcomes: [Request: Outcome] = [:]
  /// The bytes of the whole body in each canonical form that was asked for.
  private var byteCounts: [Canonicalization: Int] = [:]

  init(of message: Message, for signatures: [DKIMSignature]) {
    let requests = Set(signatures.map(Self.request))
    for canonicalization in [Canonicalization.simple, .relaxed] {
      let limits = requests.filter { $0.canonicalization == canonicalization }.map(\.limit)
      if !limits.isEmpty {
        compute(canonicalization, limits.sorted { $0 ?? .max < $1 ?? .max }, message)
      }
    }
  }

  subscript(signature: DKIMSignature) -> Outcome? { outcomes[Self.request(signature)] }

  /// Whether bytes of the body lie past the signature's `l=`.
  func leavesUnsigned(_ signature: DKIMSignature) -> Bool {
    guard let limit = signature.bodyLengthLimit,
      let count = byteCounts[signature.bodyCanonicalization]
    else { return false }
    return limit < count
  }

  private static func request(_ signature: DKIMSignature) -> Request {
    Request(
      canonicalization: signature.bodyCanonicalization,
      limit: signature.bodyLengthLimit
    )
  }

  private mutating func compute(
    _ canonicalization: Canonicalization,
    _ limits: [Int?],
    _ message: Message
  ) {
    var hasher = SHA256()
    var body = CanonicalBody(canonicalization, of: message.body)
    var piece: [UInt8] = []
    // Line ends grow by a byte; where there are many, so does the array.
    let byteCount = message.body.count
    piece.reserveCapacity(min(CanonicalBody.pieceByteCount, byteCount &+ byteCount / 16 &+ 2))
    var count = 0
    for limit in limits {
      while count < limit ?? .max {
        body.next(of: message.bytes, into: &piece, limit: (limit ?? .max) - count)
        if piece.isEmpty { break }
        hasher.update(piece.span)
        count += piece.count
      }
      var taken = hasher.copy()
      let isTooShort = count < limit ?? 0
      outcomes[Request(canonicalization: canonicalization, limit: limit)] =
        isTooShort ? .bodyTooShort : .digest(taken.finalize())
    }
    repeat {
      body.next(of: message.bytes, into: &piece)
      count += piece.count
    } while !piece.isEmpty
    byteCounts[canonicalization] = count
  }
}
