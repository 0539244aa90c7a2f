extension Span<UInt8> {
  /// Decodes base64 as readers of mail do: what is outside the alphabet is skipped, and padding ends
  /// a group, after which another may start.
  ///
  /// The strict form, which keys and signatures need, is not here.
  func decodedBase64(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    // Sound: four characters of input become three bytes of output at most, and the last four bytes
    // that are written at once start before those three end; each read lies in `range`.
    return unsafe [UInt8](unsafeUninitializedCapacity: range.count / 4 * 3 + 7) { output, written in
      unsafe withUnsafeBytes { input in
        unsafe base64Bits.withUnsafeBufferPointer { bits in
          var group: UInt32 = 0
          var digitCount = 0
          var offset = range.lowerBound
          func flush() {
            for place in 0..<Swift.max(0, digitCount &- 1) {
              unsafe output[written] = UInt8(truncatingIfNeeded: group &>> UInt32(8 &* place))
              written &+= 1
            }
            (group, digitCount) = (0, 0)
          }
          while offset < range.upperBound {
            while digitCount == 0, offset &+ 4 <= range.upperBound {
              let whole =
                unsafe bits[Int(input[offset])] | bits[256 &+ Int(input[offset &+ 1])]
                | bits[512 &+ Int(input[offset &+ 2])] | bits[768 &+ Int(input[offset &+ 3])]
              guard whole & base64Invalid == 0 else { break }
              unsafe UnsafeMutableRawBufferPointer(output)
                .storeBytes(of: whole.littleEndian, toByteOffset: written, as: UInt32.self)
              offset &+= 4
              written &+= 3
            }
            guard offset < range.upperBound else { break }
            let byte = unsafe input[offset]
            let digit = unsafe bits[256 &* digitCount &+ Int(byte)]
            offset &+= 1
            if digit & base64Invalid == 0 {
              group |= digit
              digitCount &+= 1
              if digitCount == 4 { flush() }
            } else if byte == UInt8(ascii: "=") {
              flush()
            }
          }
          flush()
        }
      }
    }
  }
}

/// Marks what is no character of the alphabet.
private let base64Invalid: UInt32 = 0xFF00_0000

/// What each byte stands for in each of the four places of a group (RFC 4648 §4): bits of the three
/// bytes that the group encodes, the first byte lowest.
private let base64Bits: [UInt32] = {
  var bits = [UInt32](repeating: base64Invalid, count: 4 * 256)
  let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  for place in 0..<4 {
    for (value, byte) in alphabet.utf8.enumerated() {
      bits[place * 256 + Int(byte)] = (UInt32(value) << UInt32(26 - 6 * place)).byteSwapped
    }
  }
  return bits
}()
