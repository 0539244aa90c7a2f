public import SeedMail
import Synchronization

/// A kind of record that has identifiers of its own.
public protocol Identified {
  /// What its identifiers begin with, such as `seed` in `seed_4k2m…`.
  static var identifierPrefix: String { get }
}

/// The name of one record: 41 bits of time in milliseconds since 2020 and 19 bits of chance.
///
/// Numbers grow with time, so that an index over them is written at its end. The text is the number
/// in base 32 *from its lowest digit*, so that a few symbols are enough to tell records apart.
public struct Identifier<Entity: Identified>: Hashable, Comparable, Sendable {
  /// The number, positive and below 2^60.
  public let rawValue: Int64

  /// Names the record with that number.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Identifier: CustomStringConvertible, Codable {
  /// The prefix, an underscore and twelve symbols.
  public var description: String {
    Entity.identifierPrefix + "_" + IdentifierText.symbols(of: rawValue)
  }

  /// Reads a whole identifier; `nil` for anything else.
  public init?(_ text: String) {
    guard let part = IdentifierText.Part(text, prefix: Entity.identifierPrefix),
      part.symbolCount == IdentifierText.symbolCount
    else { return nil }
    self.init(rawValue: part.value)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no identifier")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// How identifiers are written.
public enum IdentifierText {
  /// The symbols of a whole identifier.
  public static let symbolCount = 12
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// The first symbols of an identifier: the lowest bits of its number.
  public struct Part: Sendable, Hashable {
    /// The bits that are known.
    public let value: Int64
    /// How many symbols are known, 1 to 12.
    public let symbolCount: Int

    /// Which bits are known.
    public var mask: Int64 { (1 << Int64(5 * symbolCount)) - 1 }

    /// Reads `prefix_xyz…`; `nil` where the prefix is another or a symbol is none.
    public init?(_ text: String, prefix: String) {
      let bytes = Array(text.utf8)
      let head = Array((prefix + "_").utf8)
      guard bytes.starts(with: head), bytes.count > head.count,
        bytes.count - head.count <= IdentifierText.symbolCount
      else { return nil }
      var value: Int64 = 0
      for (index, byte) in bytes[head.count...].enumerated() {
        guard let digit = alphabet.firstIndex(of: byte) else { return nil }
        value |= Int64(digit) << Int64(5 * index)
      }
      self.value = value
      symbolCount = bytes.count - head.count
    }

    /// Whether an identifier begins with these symbols.
    public func matches<Entity>(_ identifier: Identifier<Entity>) -> Bool {
      identifier.rawValue & mask == value
    }
  }

  static func symbols(of value: Int64) -> String {
    String(
      decoding: (0..<symbolCount).map { alphabet[Int(value >> Int64(5 * $0)) & 31] },
      as: UTF8.self
    )
  }
}

/// Makes identifiers that grow, also when the clock stands still or goes back.
public final class IdentifierSource: Sendable {
  private static let epochMilliseconds: Int64 = 1_577_836_800_000
  private let last = Mutex<Int64>(0)
  private let chance: @Sendable () -> Int64

  /// Starts a source; two of them at the same millisecond differ by chance.
  public init() { chance = { Int64.random(in: 0..<1 << 19) } }

  /// Starts a source without chance, which gives the same identifiers at the same times.
  package init(always chance: Int64) { self.chance = { chance } }

  /// A new identifier for a record made at `now`.
  public func next<Entity>(at now: Timestamp) -> Identifier<Entity> {
    let age = min(max(0, now.milliseconds &- Self.epochMilliseconds), 1 << 41 - 1)
    let fresh = age << 19 | chance()
    return last.withLock { last in
      last = max(last + 1, fresh)
      return Identifier(rawValue: last)
    }
  }
}
