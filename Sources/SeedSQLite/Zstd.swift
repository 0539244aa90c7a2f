import CZstd
import SeedCore
import Synchronization

/// Packs bytes into Zstandard frames (RFC 8878) that carry their size and a checksum.
///
/// Making one costs more than packing a message with it; so those that were made are used again.
@safe package final class ZstdCompressor {
  /// Up to this size, bytes are packed at the level that makes most mail half as large.
  static let smallByteCountMax = 64 << 10
  /// The levels. What is larger is mostly attachments in base64: they hardly shrink, and a higher
  /// level takes longer to find that out than writing them takes.
  static let smallLevel: Int32 = 1, largeLevel: Int32 = -5
  /// The most compressors that wait for work.
  static let idleCountMax = 8

  // Sound: made here, used by this object alone, and freed with it.
  private let context: OpaquePointer?

  package init() {
    unsafe context = ZSTD_createCCtx()
    unsafe _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { unsafe _ = ZSTD_freeCCtx(context) }

  private static let idle = Mutex<[ZstdCompressor]>([])

  /// Packs bytes with a compressor that nobody uses.
  ///
  /// - Throws: ``StoreError/inputOutput`` when there is no memory for it.
  static func packed(_ bytes: [UInt8]) throws(StoreError) -> PackedBytes {
    let compressor = idle.withLock { $0.popLast() } ?? ZstdCompressor()
    let frame = compressor.compress(bytes)
    idle.withLock { if $0.count < idleCountMax { $0.append(compressor) } }
    guard let frame else { throw .inputOutput }
    return PackedBytes(byteCount: bytes.count, frame: frame)
  }

  /// `bytes` as one frame; `nil` when there is no memory for it.
  package func compress(_ bytes: [UInt8]) -> [UInt8]? {
    guard unsafe context != nil else { return nil }
    let isSmall = bytes.count <= Self.smallByteCountMax
    unsafe _ = ZSTD_CCtx_setParameter(
      context,
      ZSTD_c_compressionLevel,
      isSmall ? Self.smallLevel : Self.largeLevel
    )
    var code = 0
    let capacity = ZSTD_compressBound(bytes.count)
    let frame = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
      unsafe bytes.withUnsafeBytes { input in
        code = unsafe ZSTD_compress2(
          context,
          output.baseAddress,
          output.count,
          input.baseAddress,
          input.count
        )
      }
      count = ZSTD_isError(code) == 0 ? code : 0
    }
    return ZSTD_isError(code) == 0 ? frame : nil
  }
}

// Sound: a compressor is used by one task at a time; `packed` takes it from the idle ones and puts it
// back.
extension ZstdCompressor: @unchecked Sendable {}

/// Unpacks what ``ZstdCompressor`` packed.
@safe package final class ZstdDecompressor {
  // Sound: made here, used by this object alone, and freed with it.
  private let context: OpaquePointer?

  package init() { unsafe context = ZSTD_createDCtx() }

  deinit { unsafe _ = ZSTD_freeDCtx(context) }

  /// The bytes in a frame; `nil` where it is damaged, or doesn't hold exactly `byteCount` bytes.
  ///
  /// The size is compared before memory is taken, so that a damaged frame can't ask for more.
  package func decompress(_ frame: [UInt8], byteCount: Int) -> [UInt8]? {
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

extension SQLiteTransaction {
  func packed(_ bytes: [UInt8]) throws -> PackedBytes { try ZstdCompressor.packed(bytes) }

  /// The bytes in a row of their size and their frame.
  func unpacked(_ row: SQLRow) throws -> [UInt8] {
    guard let bytes = decompressor.decompress(row.bytes(1), byteCount: row.count(0)) else {
      throw StoreError.damaged
    }
    return bytes
  }
}
