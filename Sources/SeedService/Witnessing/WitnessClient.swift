import SeedCore

/// Asks one witness to cosign a checkpoint (C2SP tlog-witness, `add-checkpoint`).
struct WitnessClient: Sendable {
  /// How long one request may take.
  static let deadline = Duration.seconds(10)
  /// How often the witness may say another size in one go.
  private static let attemptCountMax = 3

  let witness: Configuration.Witness
  let http: HTTPClient

  /// What a witness says.
  enum Outcome: Sendable {
    /// It cosigned.
    case cosigned(NoteSignature)
    /// It cosigned a larger checkpoint before.
    case ahead(size: Int64)
  }

  /// Why there is no answer that can be used.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Asks for a cosignature.
  ///
  /// - Parameters:
  ///   - knownSize: The size that the witness cosigned last, as far as is known; else 0, and it says.
  ///   - proof: Proves that the ledger only grew since a size.
  /// - Throws: ``Failure``, and what `proof` throws.
  func cosign(
    _ note: SignedNote,
    size: Int64,
    knownSize: Int64,
    proof: (Int64) async throws -> [[UInt8]]
  ) async throws -> Outcome {
    var oldSize = min(knownSize, size)
    for _ in 0..<Self.attemptCountMax {
      let body = AddCheckpointRequest.bytes(
        oldSize: oldSize,
        proof: try await proof(oldSize),
        note: note
      )
      let response = try await post(body)
      switch response.status {
      case 200: return .cosigned(try cosignature(response.body, under: note))
      case 409:
        guard let newer = Self.size(response.body), newer != oldSize else {
          throw Failure(description: "it says no size in its conflict")
        }
        guard newer <= size else { return .ahead(size: newer) }
        oldSize = newer
      case 404: throw Failure(description: "it doesn't witness this ledger")
      case 403: throw Failure(description: "it doesn't trust the key of this ledger")
      case 422: throw Failure(description: "it cosigned another history of this ledger")
      case let status: throw Failure(description: "it answers with HTTP status \(status)")
      }
    }
    throw Failure(description: "its size changes with each request")
  }

  private func post(_ body: [UInt8]) async throws(Failure) -> HTTPResponse {
    let url = witness.url + (witness.url.hasSuffix("/") ? "" : "/") + "add-checkpoint"
    var request = HTTPRequest(.post(body, contentType: "text/plain; charset=utf-8"), url)
    request.deadline = Self.deadline
    request.answerByteCountMax = 1 << 16
    // A checkpoint is public, and the cosignature carries its own proof.
    request.plainPolicy = .anywhere
    do throws(TransferError) { return try await http.send(request) } catch {
      throw Failure(description: error.description)
    }
  }

  /// The witness's own signature among the lines of an answer, where it is good.
  private func cosignature(
    _ lines: [UInt8],
    under note: SignedNote
  ) throws(Failure) -> NoteSignature {
    let bytes = note.text + Array("\n".utf8) + lines
    guard let answer = try? SignedNote(parsing: bytes), answer.text == note.text,
      answer.verifiedSignatures(by: [witness.key])?.isEmpty == false,
      let signature = answer.signatures.first(where: {
        $0.keyID == witness.key.id && $0.keyName.utf8.elementsEqual(witness.key.name.utf8)
      })
    else { throw Failure(description: "its cosignature isn't good") }
    return signature
  }

  /// The number in the body of a conflict.
  private static func size(_ body: [UInt8]) -> Int64? {
    guard body.last == UInt8(ascii: "\n"), body.count <= 20,
      let size = Int64(String(decoding: body.dropLast(), as: UTF8.self)), size >= 0
    else { return nil }
    return size
  }
}
