/// Reads the few forms of ASN.1 DER (X.690) that an RSA key and a timestamp's answer are written in.
///
/// Lengths may be longer than they need be, as in BER, and bytes after the key are left alone: keys
/// in the DNS are made by many tools, and other verifiers take them.
struct DERReader {
  /// The tags that occur in a key.
  enum Tag: UInt8 {
    case integer = 0x02
    case bitString = 0x03
    case objectIdentifier = 0x06
    case utf8String = 0x0c
    case sequence = 0x30
  }

  private let bytes: [UInt8]
  private var offset: Int
  private let end: Int

  init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// Whether there is no further value.
  var isAtEnd: Bool { offset == end }
  /// The bytes of all further values.
  var rest: ArraySlice<UInt8> { bytes[offset..<end] }

  /// Whether the next value is a `tag`.
  func isNext(_ tag: Tag) -> Bool { offset < end && bytes[offset] == tag.rawValue }

  /// Steps into the next value, which must be a `tag`.
  mutating func enter(_ tag: Tag) throws(CryptoError) -> DERReader {
    DERReader(bytes, try readContents(tag))
  }

  /// The bytes of the next value, which must be a `tag`.
  mutating func read(_ tag: Tag) throws(CryptoError) -> ArraySlice<UInt8> {
    bytes[try readContents(tag)]
  }

  /// The bytes of the next value, which must be a positive integer, without zeros in front.
  mutating func readPositiveInteger() throws(CryptoError) -> [UInt8] {
    let contents = try read(.integer)
    guard let first = contents.first, first < 0x80 else { throw .malformedKey }
    let digits = contents.drop { $0 == 0 }
    guard !digits.isEmpty else { throw .malformedKey }
    return Array(digits)
  }

  /// Steps into a bit string of whole bytes.
  mutating func enterBitString() throws(CryptoError) -> DERReader {
    let range = try readContents(.bitString)
    // X.690 §8.6.2: the first byte counts the unused bits at the end.
    guard !range.isEmpty, bytes[range.lowerBound] == 0 else { throw .malformedKey }
    return DERReader(bytes, range.lowerBound + 1..<range.upperBound)
  }

  private mutating func readContents(_ tag: Tag) throws(CryptoError) -> Range<Int> {
    guard isNext(tag), offset + 1 < end else { throw .malformedKey }
    var length = Int(bytes[offset + 1])
    var start = offset + 2
    // X.690 §8.1.3.5: a long form says how many bytes its length has; 0x80 alone is indefinite.
    if length >= 0x80 {
      let lengthByteCount = length - 0x80
      guard (1...4).contains(lengthByteCount), end - start >= lengthByteCount else {
        throw .malformedKey
      }
      length = bytes[start..<start + lengthByteCount].reduce(0) { $0 << 8 | Int($1) }
      start += lengthByteCount
    }
    guard length <= end - start else { throw .malformedKey }
    offset = start + length
    return start..<offset
  }
}
