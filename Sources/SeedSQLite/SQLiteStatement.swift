import GRDBSQLite
import SeedCore

/// A value that a statement is given.
///
/// GRDB ends texts at their first NUL, which would make two senders one; so texts are bound and
/// read here, with their length.
enum SQLValue {
  case null
  case int(Int64)
  case text(String)
  case bytes([UInt8])
  /// A text as its UTF-8.
  case json([UInt8])

  static func int(_ value: Int?) -> SQLValue { value.map { .int(Int64($0)) } ?? .null }
  static func int(_ value: Int64?) -> SQLValue { value.map { .int($0) } ?? .null }
  static func bool(_ value: Bool) -> SQLValue { .int(value ? 1 : 0 as Int64) }
  static func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
  static func bytes(_ value: [UInt8]?) -> SQLValue { value.map { .bytes($0) } ?? .null }
  static func time(_ value: Timestamp?) -> SQLValue { .int(value?.milliseconds) }
  static func id<Entity>(_ value: Identifier<Entity>?) -> SQLValue { .int(value?.rawValue) }
  static func word(_ value: (some RawRepresentable<String>)?) -> SQLValue { .text(value?.rawValue) }

  /// Binds the value, which SQLite doesn't copy, and calls `body` with SQLite's result code. Afterwards
  /// the statement must not be stepped before something else is bound in its place.
  func withBinding(
    to statement: OpaquePointer,
    at index: Int32,
    _ body: (Int32) throws -> Void
  ) rethrows {
    switch self {
    case .null: try body(unsafe sqlite3_bind_null(statement, index))
    case .int(let value): try body(unsafe sqlite3_bind_int64(statement, index, value))
    case .text(var value):
      try value.withUTF8 {
        let bytes = UnsafeRawBufferPointer($0)
        try unsafe Self.bind(bytes, isText: true, to: statement, at: index, body)
      }
    case .json(let value):
      try unsafe value.withUnsafeBytes {
        try unsafe Self.bind($0, isText: true, to: statement, at: index, body)
      }
    case .bytes(let value):
      try unsafe value.withUnsafeBytes {
        try unsafe Self.bind($0, isText: false, to: statement, at: index, body)
      }
    }
  }

  private static func bind(
    _ bytes: UnsafeRawBufferPointer,
    isText: Bool,
    to statement: OpaquePointer,
    at index: Int32,
    _ body: (Int32) throws -> Void
  ) rethrows {
    // Without an address, a value would be bound as NULL.
    guard let address = bytes.baseAddress, bytes.count > 0 else {
      // Sound: the address -1 is SQLite's own sign that it has to copy, and is never called.
      let copying = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      let code =
        unsafe isText
        ? sqlite3_bind_text(statement, index, "", 0, copying)
        : sqlite3_bind_zeroblob(statement, index, 0)
      return try body(code)
    }
    let count = UInt64(bytes.count)
    guard isText else {
      return try body(unsafe sqlite3_bind_blob64(statement, index, address, count, nil))
    }
    let text = unsafe address.assumingMemoryBound(to: CChar.self)
    let encoding = UInt8(SQLITE_UTF8)
    try body(unsafe sqlite3_bind_text64(statement, index, text, count, nil, encoding))
  }
}

/// The row on which a statement stands; of use only until the statement goes on.
///
/// What doesn't fit the type that it is read as is ``StoreError/damaged``.
@safe struct SQLRow {
  // Sound: rows are handed to closures that don't keep them, while the statement is held.
  private let statement: OpaquePointer

  init(_ statement: OpaquePointer) { unsafe self.statement = statement }

  func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(statement, column) == SQLITE_NULL
  }

  func int(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, column) }
  func count(_ column: Int32) -> Int { Int(int(column)) }
  func bool(_ column: Int32) -> Bool { int(column) != 0 }
  func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: int(column)) }

  func id<Entity>(_ column: Int32) -> Identifier<Entity> { Identifier(rawValue: int(column)) }

  func bytes(_ column: Int32) -> [UInt8] {
    // The order matters: the size is that of the form that was asked for last.
    guard let start = unsafe sqlite3_column_blob(statement, column) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(statement, column))
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  func text(_ column: Int32) throws -> String {
    // The order matters here, too.
    guard let start = unsafe sqlite3_column_blob(statement, column) else { return "" }
    let count = unsafe Int(sqlite3_column_bytes(statement, column))
    // Sound: SQLite keeps the bytes until the statement goes on; they are copied before.
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count).bindMemory(to: UInt8.self)
    guard let text = unsafe try? UTF8Span(validating: bytes.span) else {
      throw StoreError.damaged
    }
    return String(copying: text)
  }

  func word<Word: RawRepresentable<String>>(_ column: Int32) throws -> Word {
    guard let word = Word(rawValue: try text(column)) else { throw StoreError.damaged }
    return word
  }

  /// What `read` makes of a column; `nil` where it holds nothing.
  func optional<Value>(_ column: Int32, _ read: (Int32) throws -> Value) rethrows -> Value? {
    isNull(column) ? nil : try read(column)
  }
}
