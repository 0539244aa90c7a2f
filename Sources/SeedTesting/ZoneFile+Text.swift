public import SeedAuth

extension ZoneFile {
  /// Adds a TXT record, in strings of 255 bytes.
  public mutating func add(text: String, for name: String) throws {
    let bytes = Array(text.utf8)
    let data = stride(from: 0, to: max(bytes.count, 1), by: 255).flatMap { start in
      let string = bytes[start..<min(start + 255, bytes.count)]
      return [UInt8(string.count)] + string
    }
    try add(.records([data]), for: name, .txt)
  }
}
