import Foundation
import SeedCrypto
import SeedTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TimestampTests {
  private static let message = Array("origin.example/log\n1\nAAAA\n".utf8)

  /// An authority, and what it answers.
  private final class Stamped {
    let authority: TestAuthority
    let trusted: CertificateBundle
    let signer: CertificateBundle
    private let folder: TemporaryFolder

    init(clockDigits: Int = 0, digests: String = "sha256, sha384, sha512") throws {
      folder = try TemporaryFolder()
      authority = try TestAuthority(
        in: folder.path("tsa"),
        digests: digests,
        clockDigits: clockDigits
      )
      trusted = try Self.bundle(authority.rootPath)
      signer = try Self.bundle(authority.signerPath)
    }

    func token(_ query: RFC3161Query) throws -> RFC3161Token {
      let reply = try RFC3161Reply(parsing: authority.reply(to: query.bytes), to: query)
      guard case .granted(let token) = reply else { throw RFC3161Error.malformed }
      return token
    }

    static func bundle(_ path: String) throws -> CertificateBundle {
      try CertificateBundle(pem: Array(Data(contentsOf: URL(filePath: path))))
    }
  }

  @Test(arguments: MessageImprint.Algorithm.allCases)
  func `a token is verified, and says what the authority said`(
    algorithm: MessageImprint.Algorithm
  ) throws {
    let stamped = try Stamped(clockDigits: 3)
    let before = Int64(Date.now.timeIntervalSince1970 * 1000)
    let query = RFC3161Query(MessageImprint(of: Self.message, algorithm))
    let token = try stamped.token(query)
    let after = Int64(Date.now.timeIntervalSince1970 * 1000)
    #expect(token.imprint == query.imprint)
    #expect((before...after).contains(token.milliseconds))
    #expect(token.policy == "1.3.6.1.4.1.55555.1")
    #expect(token.accuracy == .seconds(1) + .milliseconds(500) + .microseconds(100))
    #expect(token.serial == [1])
    #expect(token.nonce == query.nonce)
    #expect(token.certificates.certificates.isEmpty)

    let verdict = token.verdict(on: Self.message, trusting: stamped.trusted, chain: stamped.signer)
    let verified = try verdict.get()
    #expect(
      verified.chain.certificates == stamped.signer.certificates + stamped.trusted.certificates
    )
    let days = (verified.expiresAt - token.milliseconds) / 86_400_000
    #expect((19...20).contains(days))
    #expect(
      try stamped.authority.verifies(
        token.reply,
        over: Self.message,
        chain: verified.chain.pem,
        at: token.milliseconds / 1000
      )
    )
    #expect(try RFC3161Reply(parsing: token.reply) == .granted(token))
    #expect(try CertificateBundle(pem: verified.chain.pem) == verified.chain)
  }

  @Test func `a token that holds its certificates needs the trusted one alone`() throws {
    let stamped = try Stamped()
    let token = try stamped.token(
      RFC3161Query(MessageImprint(of: Self.message), wantsCertificates: true)
    )
    #expect(token.certificates == stamped.signer)
    let verdict = token.verdict(on: Self.message, trusting: stamped.trusted)
    #expect(try verdict.get().chain.certificates.first == stamped.signer.certificates.first)
  }

  @Test func `a token that isn't good says why`() throws {
    let stamped = try Stamped()
    let other = try Stamped()
    let token = try stamped.token(RFC3161Query(MessageImprint(of: Self.message)))
    func refusal(
      _ token: RFC3161Token,
      on message: [UInt8] = Self.message,
      trusting trusted: CertificateBundle? = nil,
      chain: CertificateBundle? = nil,
      at time: Int64? = nil
    ) -> RFC3161Token.Refusal? {
      let verdict = token.verdict(
        on: message,
        trusting: trusted ?? stamped.trusted,
        chain: chain ?? stamped.signer,
        at: time
      )
      if case .failure(let refusal) = verdict { return refusal }
      return nil
    }
    #expect(refusal(token) == nil)
    #expect(refusal(token, on: Self.message + [0]) == .otherMessage)
    #expect(refusal(token, chain: .empty) == .unknownSigner)
    #expect(refusal(token, chain: other.signer) == .unknownSigner)
    #expect(
      refusal(token, trusting: other.trusted)
        == .certificate("unable to get local issuer certificate")
    )
    // The signer alone, without the root that it leads to, is no anchor.
    #expect(
      refusal(token, trusting: stamped.signer)
        == .certificate("unable to get local issuer certificate")
    )
    let day: Int64 = 86_400_000
    #expect(
      refusal(token, at: token.milliseconds + 21 * day)
        == .certificate("certificate has expired")
    )
    #expect(
      refusal(token, at: token.milliseconds - 21 * day)
        == .certificate("certificate is not yet valid")
    )
    let misused = try RFC3161Token(parsing: stamped.authority.misuse(of: token.reply))
    #expect(misused.milliseconds == token.milliseconds)
    #expect(refusal(misused) == .certificate("unsuitable certificate purpose"))
  }

  @Test func `an answer that grants nothing says what the authority says`() throws {
    let stamped = try Stamped(digests: "sha512")
    let query = RFC3161Query(MessageImprint(of: Self.message))
    let reply = try RFC3161Reply(parsing: stamped.authority.reply(to: query.bytes), to: query)
    guard case .refused(let status, let text) = reply else {
      Issue.record("it was granted")
      return
    }
    #expect(status == 2)
    #expect(text == "Message digest algorithm is not supported.")
  }

  @Test func `an answer to another query is none`() throws {
    let stamped = try Stamped()
    let query = RFC3161Query(MessageImprint(of: Self.message))
    let reply = try stamped.authority.reply(to: query.bytes)
    for other in [
      RFC3161Query(MessageImprint(of: Self.message)), RFC3161Query(MessageImprint(of: [])),
    ] {
      #expect(throws: RFC3161Error.otherQuery) { try RFC3161Reply(parsing: reply, to: other) }
    }
  }

  @Test func `a token cut or lengthened is none, and a flipped bit never says anything else`()
    throws
  {
    let stamped = try Stamped()
    let query = RFC3161Query(MessageImprint(of: Self.message), wantsCertificates: true)
    let token = try stamped.token(query)
    for count in 0..<token.bytes.count {
      #expect(throws: RFC3161Error.malformed) {
        try RFC3161Token(parsing: Array(token.bytes[..<count]))
      }
      #expect(throws: RFC3161Error.malformed) {
        try RFC3161Reply(parsing: Array(token.reply[..<count]))
      }
    }
    #expect(throws: RFC3161Error.malformed) { try RFC3161Token(parsing: token.bytes + [0]) }
    var standing = 0
    for index in token.bytes.indices {
      for bit in 0..<8 {
        var bytes = token.bytes
        bytes[index] ^= 1 << bit
        guard let changed = try? RFC3161Token(parsing: bytes),
          case .success = changed.verdict(on: Self.message, trusting: stamped.trusted)
        else { continue }
        // What no signature covers may change, and nothing that is said.
        standing += 1
        #expect(changed.milliseconds == token.milliseconds && changed.imprint == token.imprint)
        #expect(changed.serial == token.serial && changed.policy == token.policy)
      }
    }
    #expect(standing < token.bytes.count)
  }

  @Test(arguments: [-1, 0, 1])
  func `a token over the limit is refused before it is read`(excess: Int) {
    let bytes = [UInt8](repeating: 0x30, count: RFC3161Token.byteCountMax + excess)
    #expect(throws: excess > 0 ? RFC3161Error.tooLong : .malformed) {
      try RFC3161Token(parsing: bytes)
    }
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `any bytes are refused or read`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    // What a token is made of, so that random bytes get further than the first.
    let parts: [[UInt8]] = [
      [0x30, 0x80], [0x30, 0x03], [0x02, 0x01, 0x00], [0xa0, 0x82, 0x01, 0x00], [0x31, 0x00],
      [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02], [0x04, 0x00], [0],
    ]
    for _ in 0..<100 {
      let bytes = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
        parts.randomElement(using: &random) ?? []
      }
      _ = try? RFC3161Reply(parsing: bytes)
      _ = try? RFC3161Token(parsing: bytes)
      _ = try? CertificateBundle(pem: bytes)
    }
  }

  @Test func `a query is what openssl reads`() throws {
    let query = RFC3161Query(MessageImprint(of: [], .sha512), wantsCertificates: true)
    #expect(query.bytes.count == 2 + 3 + 2 + 15 + 66 + 10 + 3)
    #expect(query.nonce.count == 8)
    #expect((0x40...0x7f).contains(query.nonce[0]))
    #expect(RFC3161Query(query.imprint).nonce != query.nonce)
  }

  @Test func `a file without certificates, or with a broken one, is no bundle`() throws {
    let stamped = try Stamped()
    let pem = stamped.trusted.pem
    for text in [
      "", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "-----BEGIN CERTIFICATE-----\n", "-----BEGIN X-----\nAAAA\n-----END X-----\n",
      "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
      #expect(throws: CryptoError.malformedCertificate) {
        try CertificateBundle(pem: Array(text.utf8))
      }
    }
    #expect(throws: CryptoError.malformedCertificate) {
      try CertificateBundle(pem: pem + Array("-----BEGIN CERTIFICATE-----\nAAAA\n".utf8))
    }
    let twice = try CertificateBundle(pem: Array("words\n".utf8) + pem + pem)
    #expect(twice.certificates.count == 2)
    #expect(twice.union(stamped.signer).certificates.count == 3)
  }
}
