/// A message as it arrived: its bytes, and where its header fields and its body lie.
///
/// Parsing never fails and never changes a byte: whatever is wrong is a ``Defects`` flag, and the
/// rest is read as far as it can be. The cost is linear in the size of the header.
public struct Message: Sendable {
  /// The most bytes that the header section may have; what follows is taken for the body.
  public static let headerByteCountMax = 16 * 1024 * 1024
  /// The most header fields; what follows is taken for the body.
  public static let fieldCountMax = 20_000

  /// What is wrong with the form of a message.
  public struct Defects: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// A line end in the header section that is not CRLF.
    public static let bareLineEnd = Self(rawValue: 1)
    /// A NUL in the header section.
    public static let nul = Self(rawValue: 2)
    /// A header line that is no field; it was taken for a continuation, or the body began there.
    public static let malformedField = Self(rawValue: 4)
    /// The header ended without an empty line.
    public static let missingBlankLine = Self(rawValue: 8)
    /// A limit ended the header early.
    public static let headerTooLarge = Self(rawValue: 16)
    /// Bytes over 127 in the header that are no UTF-8 (RFC 6532).
    public static let notUTF8 = Self(rawValue: 32)
  }

  /// Every byte of the message, unaltered.
  public let bytes: [UInt8]
  /// The fields of the header section, from top to bottom.
  public let fields: [HeaderField]
  /// The body: everything after the empty line.
  public let body: Range<Int>
  /// What is wrong with the form.
  public let defects: Defects

  /// Reads the header section of `bytes`. An mbox "From " line before it is skipped.
  public init(parsing bytes: [UInt8]) {
    var parser = HeaderParser(bytes.span)
    body = parser.parse(bytes.span, in: 0..<bytes.count)
    fields = parser.fields
    defects = parser.defects
    self.bytes = bytes
  }

  /// A part of a message, whose ranges point into the same bytes.
  init(bytes: [UInt8], fields: [HeaderField], body: Range<Int>, defects: Defects) {
    self.bytes = bytes
    self.fields = fields
    self.body = body
    self.defects = defects
  }

  /// The fields of one name, from top to bottom.
  public func fields(_ kind: FieldName) -> [HeaderField] { fields.filter { $0.kind == kind } }

  /// The topmost field of one name.
  public func first(_ kind: FieldName) -> HeaderField? { fields.first { $0.kind == kind } }
}
