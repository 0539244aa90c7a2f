/// The 32 symbols of a tag, five bits each, and the sum that checks them.
enum SeedAlphabet {
  /// The symbols in the order of their values.
  static let symbols = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// The value of a symbol as people write it: in either case, `o` for 0, `i` and `l` for 1.
  static func value(of byte: UInt8) -> UInt8? {
    let value = values[Int(byte)]
    return value < 32 ? value : nil
  }

  /// The symbols of `values`.
  static func text(of values: some Sequence<UInt8>) -> [UInt8] {
    values.map { symbols[Int($0 & 31)] }
  }

  /// Σ α^(i+1)·d_i: the value of the check symbol that belongs behind `values`.
  static func checkValue(of values: some Sequence<UInt8>) -> UInt8 {
    var sum: UInt8 = 0
    for (index, value) in values.enumerated() {
      sum ^= product(value, index + 1)
    }
    return sum
  }

  /// Zero where the last of `values` is the check symbol of the others.
  static func syndrome(of values: [UInt8]) -> UInt8 {
    guard let check = values.last else { return 0 }
    return checkValue(of: values.dropLast()) ^ check
  }

  /// What must be added to the value at `index`, of `count` with the check symbol, to make a
  /// syndrome zero.
  static func correction(of syndrome: UInt8, at index: Int, count: Int) -> UInt8 {
    // The check symbol is the last one, and its factor is 1.
    quotient(syndrome, index == count - 1 ? 0 : index + 1)
  }

  private static func product(_ value: UInt8, _ power: Int) -> UInt8 {
    value == 0 ? 0 : powers[(logarithms[Int(value)] + power) % 31]
  }

  private static func quotient(_ value: UInt8, _ power: Int) -> UInt8 {
    value == 0 ? 0 : powers[(logarithms[Int(value)] + 31 - power) % 31]
  }

  /// α^i in GF(2)[x]/(x^5+x^3+1), α = x, which gives every value but zero.
  private static let powers: [UInt8] = {
    var powers: [UInt8] = [1]
    while powers.count < 31 {
      let last = powers[powers.count - 1]
      powers.append(last & 0x10 == 0 ? last << 1 : (last << 1 & 0x1f) ^ 0b01001)
    }
    return powers
  }()

  private static let logarithms: [Int] = {
    var logarithms = [Int](repeating: 0, count: 32)
    for (exponent, value) in powers.enumerated() { logarithms[Int(value)] = exponent }
    return logarithms
  }()

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, symbol) in symbols.enumerated() {
      values[Int(symbol)] = UInt8(value)
      if symbol.isLowercaseLetter { values[Int(symbol & 0xdf)] = UInt8(value) }
    }
    for byte in "oO".utf8 { values[Int(byte)] = 0 }
    for byte in "iIlL".utf8 { values[Int(byte)] = 1 }
    return values
  }()
}
