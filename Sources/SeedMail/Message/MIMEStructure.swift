/// The MIME tree of a message: its parts in the order in which they begin.
///
/// Reading never fails. The cost is linear in the size of the message, times the nesting of
/// multiparts for each line that begins with `--`.
public struct MIMEStructure: Sendable {
  /// The most parts that are read; what follows belongs to the last of them.
  public static let partCountMax = 10_000
  /// The deepest nesting that is followed; a part at this depth is not looked into.
  public static let nestingMax = 64
  /// The longest boundary; a multipart with a longer one is not looked into. RFC 2046 §5.1.1 allows
  /// 70 characters.
  public static let boundaryByteCountMax = 8_192
  /// The most bytes of decoded messages that are kept to be looked into: messages inside a message
  /// are meant to be written as they are, and these are not.
  public static let embeddedByteCountMax = 32 * 1024 * 1024

  /// The parts; the first is the message itself, and a part stands behind the one that holds it.
  public let parts: [MIMEPart]
  /// Whether a limit kept something from being looked into.
  public let isCut: Bool
  /// The message's bytes, and those of the messages in it that had to be decoded.
  let buffers: [[UInt8]]

  /// Reads the parts of `message`.
  public init(of message: Message) {
    var parser = MIMEParser(message)
    parser.parse(message)
    parts = parser.parts
    isCut = parser.isCut
    buffers = parser.buffers
  }

  /// The indices of the parts that one part holds, in their order; the cost is linear in the number
  /// of all parts.
  public func children(of index: Int) -> [Int] {
    parts.indices.filter { parts[$0].parent == index }
  }

  /// The part as a message of its own, on which fields can be read and decoded.
  ///
  /// It shares the buffer; its ranges point to where the part lies in it.
  public func message(at index: Int) -> Message {
    let part = parts[index]
    return Message(
      bytes: buffers[part.buffer],
      fields: part.fields,
      body: part.body,
      defects: part.defects
    )
  }

  /// The body as it is written, undecoded.
  public func encodedBytes(of index: Int) -> [UInt8] {
    Array(buffers[parts[index].buffer][parts[index].body])
  }
}
