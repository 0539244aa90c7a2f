import COpenSSL
import Synchronization

/// HMAC with SHA-256 (RFC 2104), in one call.
public enum HMACSHA256 {
  /// The length of a code in bytes.
  public static let byteCount = 32

  /// The code of `message` under `key`, which may be of any length.
  public static func code(for message: Span<UInt8>, key: Span<UInt8>) -> [UInt8] {
    var context = MACContext(key: key)
    return context.code(for: message)
  }

  /// The code of `message` under `key`, which may be of any length.
  public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
    code(for: message.span, key: key.span)
  }
}

/// A key for HMAC with SHA-256 that is prepared once and used many times, by any task.
///
/// It never prints its bytes.
public final class MACKey: Sendable, CustomStringConvertible, CustomReflectable {
  // A code takes half a microsecond, so callers wait for one another less than a copy would cost.
  private let context: Mutex<MACContext>

  /// Prepares `key`, which may be of any length.
  public init(_ key: Span<UInt8>) { context = Mutex(MACContext(key: key)) }

  /// Prepares a secret.
  public convenience init(_ key: SecretBytes) {
    self.init(key.withSpan { MACContext(key: $0) })
  }

  private init(_ context: consuming sending MACContext) { self.context = Mutex(context) }

  /// The code of `message`.
  public func code(for message: Span<UInt8>) -> [UInt8] {
    context.withLock { $0.code(for: message) }
  }

  /// The first 16 bytes of the code of `message`, as two big-endian numbers; allocates nothing.
  public func leadingWords(for message: Span<UInt8>) -> (high: UInt64, low: UInt64) {
    context.withLock { $0.leadingWords(for: message) }
  }

  public var description: String { "MACKey" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// An HMAC context of libcrypto that is keyed once and armed again for each message.
@safe
private struct MACContext: ~Copyable {
  // A context that knows its digest but has no key: copying it saves looking the digest up.
  // Sound: it is made once and then only read, by `EVP_MAC_CTX_dup`.
  nonisolated(unsafe) private static let template: OpaquePointer? = {
    let method = unsafe EVP_MAC_fetch(nil, "HMAC", nil)
    let context = unsafe EVP_MAC_CTX_new(method)
    var name = Array("SHA2-256".utf8CString)
    // Sound: the parameters are read during the call, while `name` lives.
    let isSet = unsafe name.withUnsafeMutableBufferPointer { name in
      let parameters = unsafe [
        seed_mac_digest(name.baseAddress),
        OSSL_PARAM_construct_end(),
      ]
      return unsafe EVP_MAC_CTX_set_params(context, parameters) == 1
    }
    requireLibcrypto(isSet, "HMAC digest")
    return unsafe context
  }()

  // Owned by this value alone, and freed with it.
  private let context: OpaquePointer?

  init(key: Span<UInt8>) {
    let context = unsafe EVP_MAC_CTX_dup(Self.template)
    let isKeyed = key.withBytes { pointer, count in
      unsafe EVP_MAC_init(context, pointer, count, nil) == 1
    }
    requireLibcrypto(isKeyed, "HMAC key")
    unsafe self.context = unsafe context
  }

  deinit { unsafe EVP_MAC_CTX_free(context) }

  mutating func code(for message: Span<UInt8>) -> [UInt8] {
    [UInt8](count: HMACSHA256.byteCount) { output in
      unsafe write(message, to: output)
      return true
    }
  }

  mutating func leadingWords(for message: Span<UInt8>) -> (high: UInt64, low: UInt64) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    // Sound: the tuple is 32 bytes of plain numbers, and is written in full.
    unsafe withUnsafeMutableBytes(of: &words) { buffer in
      unsafe buffer.withMemoryRebound(to: UInt8.self) { bytes in
        guard let output = bytes.baseAddress else { return }
        unsafe write(message, to: output)
      }
    }
    return (UInt64(bigEndian: words.0), UInt64(bigEndian: words.1))
  }

  /// Writes 32 bytes.
  @unsafe
  private mutating func write(_ message: Span<UInt8>, to output: UnsafeMutablePointer<UInt8>) {
    let isSuccess = message.withBytes { pointer, count in
      unsafe EVP_MAC_init(context, nil, 0, nil) == 1
        && EVP_MAC_update(context, pointer, count) == 1
        && EVP_MAC_final(context, output, nil, HMACSHA256.byteCount) == 1
    }
    requireLibcrypto(isSuccess, "HMAC")
  }
}
