/// One part of a message's MIME tree (RFC 2045 to 2047), as ranges into one buffer.
public struct MIMEPart: Sendable {
  /// The part that holds this one; `nil` for the message itself.
  public let parent: Int?
  /// How deep the part lies: 0 for the message itself.
  public let depth: Int
  /// The header fields, from top to bottom.
  public let fields: [HeaderField]
  /// What is wrong with the form of the header.
  public let defects: Message.Defects
  /// What kind of content the part has; never `nil`, since there is a default (RFC 2045 §5.2).
  public let contentType: ContentType
  /// How it should be shown; `nil` where the field is missing.
  public let disposition: ContentDisposition?
  /// How the body is written.
  public let encoding: TransferEncoding
  /// The header and the body.
  public internal(set) var whole: Range<Int>
  /// The body as it is written: of a multipart with all its parts.
  public internal(set) var body: Range<Int>
  /// Of a multipart, what stands before the first delimiter.
  public internal(set) var preamble: Range<Int>?
  /// Of a multipart, what stands after the last delimiter; `nil` where that is missing.
  public internal(set) var epilogue: Range<Int>?
  /// Which of the structure's buffers the ranges point into.
  let buffer: Int

  /// The name that is proposed for the content; it is a stranger's text and no path.
  public var filename: String? { disposition?.filename ?? contentType.parameter("name") }

  /// Whether the part holds other parts.
  public var isMultipart: Bool { contentType.type == "multipart" }

  /// Whether the part holds a message (RFC 2046 §5.2.1, RFC 6532 §3.7).
  public var isMessage: Bool {
    contentType.type == "message"
      && (contentType.subtype == "rfc822" || contentType.subtype == "global")
  }
}
