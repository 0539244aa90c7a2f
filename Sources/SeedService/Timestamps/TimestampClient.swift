import SeedCore
import SeedCrypto

/// Asks one RFC 3161 authority, and believes nothing that its certificates don't vouch for.
struct TimestampClient: Sendable {
  /// How far an authority's clock may be from this machine's.
  static let clockDifferenceMax = Duration.seconds(86_400)
  /// How long an authority may take.
  static let deadline = Duration.seconds(30)

  let authority: Configuration.TimestampAuthority
  let trusted: CertificateBundle
  let http: HTTPClient
  let clock: @Sendable () -> Timestamp

  /// A token over a message, found good, with the certificates that it rests on.
  struct Stamp: Sendable {
    let token: RFC3161Token
    let chain: CertificateBundle
  }

  /// Has a message stamped.
  ///
  /// The token is asked for without certificates. Where those that are at hand don't lead from its
  /// signer to a trusted one, they are asked for once, in a second query.
  ///
  /// - Parameter chain: The certificates that the authority's last token rested on.
  func stamp(
    _ message: [UInt8],
    chain: CertificateBundle = .empty
  ) async throws(DeliveryError) -> Stamp {
    let imprint = MessageImprint(of: message, authority.digest)
    let token = try await ask(RFC3161Query(imprint))
    let verdict = token.verdict(on: message, trusting: trusted, chain: chain)
    switch verdict {
    case .success(let verified): return Stamp(token: token, chain: verified.chain)
    case .failure(.unknownSigner), .failure(.certificate):
      let other = try await ask(RFC3161Query(imprint, wantsCertificates: true))
      let certificates = other.certificates.union(chain)
      switch token.verdict(on: message, trusting: trusted, chain: certificates) {
      case .success(let verified): return Stamp(token: token, chain: verified.chain)
      case .failure(let refusal): throw Self.wrong(refusal)
      }
    case .failure(let refusal): throw Self.wrong(refusal)
    }
  }

  // What is wrong today may be mended tomorrow, by the authority or in the configuration: no stamp is
  // ever given up.

  private static func wrong(_ refusal: RFC3161Token.Refusal) -> DeliveryError {
    .temporary("the authority's token isn't good: \(refusal)")
  }

  private func ask(_ query: RFC3161Query) async throws(DeliveryError) -> RFC3161Token {
    var request = HTTPRequest(
      .post(query.bytes, contentType: "application/timestamp-query"),
      authority.url
    )
    request.headers = ["Accept: application/timestamp-reply"]
    request.deadline = Self.deadline
    request.answerByteCountMax = RFC3161Reply.byteCountMax
    // The token carries its own proof, and the query says nothing but a digest.
    request.plainPolicy = .anywhere
    let response: HTTPResponse
    do throws(TransferError) {
      response = try await http.send(request)
    } catch { throw .temporary(error.description) }
    guard response.status == 200 else {
      throw .temporary(
        "the authority answers with HTTP status \(response.status)",
        retryAfter: response.retryAfter
      )
    }
    let reply: RFC3161Reply
    do throws(RFC3161Error) {
      reply = try RFC3161Reply(parsing: response.body, to: query)
    } catch { throw .temporary("the authority's answer can't be used: \(Self.words(error))") }
    switch reply {
    case .granted(let token):
      let difference = token.time.duration(since: clock())
      guard (.zero - Self.clockDifferenceMax...Self.clockDifferenceMax).contains(difference) else {
        throw .temporary(
          "the authority says that it is \(token.time.rfc3339); set this machine's clock, or leave it"
        )
      }
      return token
    case .refused(let status, let text):
      let reason = text.isEmpty ? "" : ": " + PlainText.line(text)
      throw .temporary("the authority refuses (PKIStatus \(status))\(reason)")
    }
  }

  private static func words(_ error: RFC3161Error) -> String {
    switch error {
    case .tooLong: "it is too long"
    case .malformed: "it is no timestamp response"
    case .unsupportedDigest: "it is over a digest that isn't taken"
    case .otherQuery: "it is to another query"
    }
  }
}

extension RFC3161Token {
  /// When it was made, as the authority says.
  var time: Timestamp { Timestamp(milliseconds: milliseconds) }
}
