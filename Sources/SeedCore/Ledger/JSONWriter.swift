package import SeedMail

/// Writes JSON as bytes, one member after the other, without values in between: for what is written
/// for every message.
///
/// Members come in the order in which they are given; whoever gives them sorted has RFC 8785's form.
package struct JSONWriter {
  /// What was written so far.
  package private(set) var bytes: [UInt8] = []
  /// Whether a comma goes before the next element.
  private var followsElement = false

  /// Starts with room for so many bytes.
  package init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  /// The bytes of a list of texts.
  package static func bytes(of texts: [String]) -> [UInt8] {
    var writer = JSONWriter()
    writer.list(texts) { $0.text($1) }
    return writer.bytes
  }

  /// An object, whose members `body` writes.
  package mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
    try enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// An array, whose elements `write` writes.
  package mutating func list<Element>(
    _ elements: [Element],
    _ write: (inout JSONWriter, Element) throws -> Void
  ) rethrows {
    try enclosed(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
      for element in elements { try write(&writer, element) }
    }
  }

  /// The name of the member whose value is written next.
  package mutating func name(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    followsElement = false
  }

  package mutating func text(_ value: String) {
    separate()
    CanonicalJSON.write(value, to: &bytes)
  }

  package mutating func integer(_ value: Int64) {
    separate()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var place: UInt64 = 1
    while value.magnitude / place >= 10 { place *= 10 }
    while place > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(value.magnitude / place % 10))
      place /= 10
    }
  }

  package mutating func bool(_ value: Bool) {
    separate()
    bytes += (value ? "true" : "false").utf8
  }

  package mutating func null() {
    separate()
    bytes += "null".utf8
  }

  /// A value that was written before.
  package mutating func written(_ value: [UInt8]) {
    separate()
    bytes += value
  }

  /// A time as ``Timestamp/rfc3339`` writes it.
  package mutating func time(_ value: Timestamp) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    value.appendRFC3339(to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A member whose value is a text; none for `nil`.
  package mutating func member(_ name: StaticString, _ value: String?) {
    guard let value else { return }
    self.name(name)
    text(value)
  }

  /// A member whose value is a word of an enumeration; none for `nil`.
  package mutating func member(_ name: StaticString, _ value: (some RawRepresentable<String>)?) {
    member(name, value?.rawValue)
  }

  /// A member whose value is a number; none for `nil`.
  package mutating func member(_ name: StaticString, _ value: Int?) {
    guard let value else { return }
    self.name(name)
    integer(Int64(value))
  }

  /// A member whose value is a truth; none for `nil`.
  package mutating func member(_ name: StaticString, _ value: Bool?) {
    guard let value else { return }
    self.name(name)
    bool(value)
  }

  /// A member whose value is a time; none for `nil`.
  package mutating func member(_ name: StaticString, _ value: Timestamp?) {
    guard let value else { return }
    self.name(name)
    time(value)
  }

  /// A member whose value is the base64 of bytes.
  package mutating func member(
    _ name: StaticString,
    base64 value: [UInt8],
    alphabet: Base64.Alphabet = .standard
  ) {
    self.name(name)
    separate()
    bytes.append(UInt8(ascii: "\""))
    Base64.append(value, to: &bytes, alphabet: alphabet)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A member whose value is a list of texts.
  package mutating func member(_ name: StaticString, _ value: [String]) {
    self.name(name)
    list(value) { $0.text($1) }
  }

  private mutating func enclosed(
    _ start: UInt8,
    _ end: UInt8,
    _ body: (inout JSONWriter) throws -> Void
  ) rethrows {
    separate()
    bytes.append(start)
    followsElement = false
    try body(&self)
    bytes.append(end)
    followsElement = true
  }

  private mutating func separate() {
    if followsElement { bytes.append(UInt8(ascii: ",")) }
    followsElement = true
  }
}
