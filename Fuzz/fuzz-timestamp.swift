// needs: SeedAuth
import SeedCrypto

/// Timestamp tokens, the answers of authorities, and files of certificates: what is read of a token is
/// read again the same from the answer that it is put into, and nothing holds that nobody signed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTimestamp(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  if let bundle = try? CertificateBundle(pem: bytes) {
    require((try? CertificateBundle(pem: bundle.pem)) == bundle, "a bundle is written the same")
  }
  _ = try? RFC3161Reply(parsing: bytes)
  guard let token = try? RFC3161Token(parsing: bytes) else { return 0 }
  require((try? RFC3161Reply(parsing: token.reply)) == .granted(token), "an answer holds its token")
  _ = token.verdict(on: [], trusting: token.certificates)
  return 0
}
