import COpenSSL

/// Bytes that must not leak: wiped when they are let go, never printed, compared in constant time.
@safe
public final class SecretBytes: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  // Sound: written in `init` alone, read through spans that don't outlive the call, and freed in
  // `deinit`, when nobody holds this object any more.
  nonisolated(unsafe) private let bytes: UnsafeMutableBufferPointer<UInt8>

  /// Copies `bytes`; the array that they came from is the caller's to forget.
  public init(_ bytes: [UInt8]) {
    unsafe self.bytes = .allocate(capacity: bytes.count)
    _ = unsafe self.bytes.initialize(from: bytes)
  }

  /// `count` new random bytes.
  public convenience init(randomCount count: Int) { self.init(SecureRandom.bytes(count)) }

  deinit {
    unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    unsafe bytes.deallocate()
  }

  /// How many bytes there are.
  public var count: Int { unsafe bytes.count }

  /// Lends the bytes.
  public func withSpan<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Sound: `self` owns the memory and lives until the call returns.
    let span = unsafe UnsafeBufferPointer(bytes).span
    return try withExtendedLifetime(self) { () throws(Failure) in try body(span) }
  }

  /// A copy to be written down or disclosed on purpose.
  public func disclosed() -> [UInt8] { withSpan { span in span.indices.map { span[$0] } } }

  public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
    left.withSpan { left in right.withSpan { right in constantTimeEqual(left, right) } }
  }

  public var description: String { "\(count) secret bytes" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
