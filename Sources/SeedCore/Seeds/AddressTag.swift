/// What makes a seed address unguessable, and its check symbol: the end of the local part.
public struct AddressTag: Sendable, Hashable {
  /// How long a tag is.
  public enum Profile: String, Sendable, Hashable, Codable, CaseIterable {
    /// 80 bits, the default.
    case p80
    /// 60 bits, for paper and the telephone.
    case p60

    /// The bits that come from the code over the mint record.
    public var bitCount: Int { self == .p80 ? 80 : 60 }
    /// The symbols of a tag with its check symbol.
    public var symbolCount: Int { bitCount / 5 + 1 }
  }

  /// How long it is.
  public let profile: Profile
  /// Five bits a symbol, the check symbol last.
  private let values: [UInt8]

  /// The tag of the leading bits of `code`, which must be at least as long.
  public init(_ profile: Profile, leadingBitsOf code: [UInt8]) {
    precondition(code.count * 8 >= profile.bitCount)
    var values = (0..<profile.bitCount / 5).map { index in
      // The first of the two bytes that the five bits lie in, and how far from their left end.
      let (byte, bit) = (index * 5).quotientAndRemainder(dividingBy: 8)
      let pair = UInt16(code[byte]) << 8 | (byte + 1 < code.count ? UInt16(code[byte + 1]) : 0)
      return UInt8(truncatingIfNeeded: pair >> UInt16(11 - bit)) & 31
    }
    values.append(SeedAlphabet.checkValue(of: values))
    self.profile = profile
    self.values = values
  }

  /// Reads a tag as people write it: in either case, `o` for 0, `i` and `l` for 1.
  ///
  /// `nil` where the length, a symbol or the check symbol is wrong.
  public init?(_ profile: Profile, reading text: some Sequence<UInt8>) {
    var values: [UInt8] = []
    for byte in text {
      guard values.count < profile.symbolCount, let value = SeedAlphabet.value(of: byte) else {
        return nil
      }
      values.append(value)
    }
    guard values.count == profile.symbolCount, SeedAlphabet.syndrome(of: values) == 0 else {
      return nil
    }
    self.profile = profile
    self.values = values
  }

  /// The tag with its check symbol, as it stands in the address.
  public var bytes: [UInt8] { SeedAlphabet.text(of: values) }

  /// The tag with its check symbol, as it stands in the address.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The tag in groups of four symbols, to be read out or copied by hand.
  public var grouped: String {
    let symbols = bytes
    let groups = stride(from: 0, to: symbols.count, by: 4).map { start in
      String(decoding: symbols[start..<min(start + 4, symbols.count)], as: UTF8.self)
    }
    return groups.joined(separator: " ")
  }
}
