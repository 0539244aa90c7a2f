import CZstd

/// Packs bytes into Zstandard frames (RFC 8878) that carry their size and a checksum.
///
/// One compressor serves one transaction: making one costs more than packing a message with it.
@safe final class ZstdCompressor {
  /// The level: 3 is as small as a mail gets without a dictionary before time grows faster.
  static let level: Int32 = 3

  // Sound: made here, used by this object alone, and freed with it.
  private let context: OpaquePointer?

  init() {
    unsafe context = ZSTD_createCCtx()
    unsafe _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.level)
    unsafe _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { unsafe _ = ZSTD_freeCCtx(context) }

  /// `bytes` as one frame; `nil` when there is no memory for it.
  func compress(_ bytes: [UInt8]) -> [UInt8]? {
    guard unsafe context != nil else { return nil }
    let capacity = ZSTD_compressBound(bytes.count)
    var code = 0
    let frame = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      unsafe bytes.withUnsafeBytes { source in
        code = unsafe ZSTD_compress2(
          context,
          buffer.baseAddress,
          capacity,
          source.baseAddress,
          source.count
        )
      }
      count = ZSTD_isError(code) == 0 ? code : 0
    }
    return ZSTD_isError(code) == 0 ? frame : nil
  }
}

/// Unpacks what ``ZstdCompressor`` packed.
@safe final class ZstdDecompressor {
  // Sound: made here, used by this object alone, and freed with it.
  private let context: OpaquePointer?

  init() { unsafe context = ZSTD_createDCtx() }

  deinit { unsafe _ = ZSTD_freeDCtx(context) }

  /// The bytes in a frame; `nil` where it is damaged, or doesn't hold exactly `byteCount` bytes.
  ///
  /// The size is compared before memory is taken, so that a damaged frame can't ask for more.
  func decompress(_ frame: [UInt8], byteCount: Int) -> [UInt8]? {
    let claimed = unsafe frame.withUnsafeBytes {
      unsafe ZSTD_getFrameContentSize($0.baseAddress, $0.count)
    }
    guard unsafe context != nil, byteCount >= 0, claimed == UInt64(byteCount) else { return nil }
    var code = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      unsafe frame.withUnsafeBytes { source in
        code = unsafe ZSTD_decompressDCtx(
          context,
          buffer.baseAddress,
          byteCount,
          source.baseAddress,
          source.count
        )
      }
      count = ZSTD_isError(code) == 0 ? code : 0
    }
    return code == byteCount ? bytes : nil
  }
}
