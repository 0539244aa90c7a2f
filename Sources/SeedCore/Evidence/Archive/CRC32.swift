/// The checksum of zip archives: the polynomial 0x04c11db7, reflected, as ISO 3309 has it.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1
    }
  }

  /// The checksum of `bytes`.
  static func checksum(of bytes: Span<UInt8>) -> UInt32 {
    let table = table.span
    var value = UInt32.max
    for index in bytes.indices {
      value = value >> 8 ^ table[Int((value ^ UInt32(bytes[index])) & 0xff)]
    }
    return ~value
  }
}
