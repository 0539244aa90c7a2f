import FoundationEssentials
import SeedCore

/// Values in columns as JSON, which SQLite's own functions read.
enum JSONText {
  private static let decoder = JSONDecoder()

  /// Reads a list of texts.
  static func texts(_ bytes: [UInt8]) throws -> [String] {
    guard let list = (try? JSONValue(parsing: bytes))?.array else { throw StoreError.damaged }
    return try list.map { element in
      guard let text = element.string else { throw StoreError.damaged }
      return text
    }
  }

  /// Reads a value; ``StoreError/damaged`` where there is none.
  static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
    do { return try decoder.decode(type, from: Data(bytes)) } catch is DecodingError {
      throw StoreError.damaged
    }
  }
}
