import SeedCrypto
import SeedTesting
import Testing

struct ECDSATests {
  // Made with OpenSSL: a key on P-384, and its signature over "message" with SHA-384.
  private static let point = """
    a3bd1bcb5c71a7a513636d2d3465743b0b252400925fec1c4715f17e6721ea39c4885806118925fc5955a892c523c97a\
    32e062465dbdc36243aa344b959269d7db95211ecf3b737679b8a60c24396827d2952e69c3eb95d03396d91dd862d1cc
    """
  private static let signature = """
    9c2d31c2309743e335189e2b5e5e9a810f9c8691af1336557111ee70b594b5837e3097e3ba00c4842461deaf1d6e9f18\
    fd64555765114d689abb0eb42cf95db859e264e0fdf692094d6c7863434e726c429727a9386f8ba74bb49f1116724bd9
    """

  @Test func `a signature on P-384 verifies, and no other does`() throws {
    let key = try ECDSAPublicKey(.p384, point: try #require([UInt8](hex: Self.point)))
    let signature = try #require([UInt8](hex: Self.signature))
    #expect(key.isValid(signature, for: Array("message".utf8)))
    #expect(!key.isValid(signature, for: Array("Message".utf8)))
    for index in signature.indices {
      var changed = signature
      changed[index] ^= 1
      #expect(!key.isValid(changed, for: Array("message".utf8)))
    }
    for other in [
      [], Array(signature.dropLast()), signature + [0], [UInt8](repeating: 0, count: 96),
    ] {
      #expect(!key.isValid(other, for: Array("message".utf8)))
    }
  }

  @Test func `what is no point of the curve is no key`() throws {
    let point = try #require([UInt8](hex: Self.point))
    for (curve, bytes) in [
      (ECDSAPublicKey.Curve.p384, [UInt8](repeating: 1, count: 96)),
      (.p384, Array(point.dropLast())),
      (.p256, point), (.p256, [UInt8](repeating: 0, count: 64)), (.p256, []),
    ] {
      #expect(throws: CryptoError.malformedKey) { try ECDSAPublicKey(curve, point: bytes) }
    }
  }

  @Test func `SHA-384 of the example of FIPS 180-4`() {
    #expect(
      SHA384.hash(Array("abc".utf8)).hex == """
        cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
        8086072ba1e7cc2358baeca134c825a7
        """
    )
  }
}
