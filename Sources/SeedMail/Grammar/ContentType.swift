/// The value of a Content-Type field (RFC 2045 §5.1).
public struct ContentType: Sendable, Hashable {
  /// The type, in lower case: `text`.
  public let type: String
  /// The subtype, in lower case: `plain`; empty where there is none.
  public let subtype: String
  /// The parameters, decoded and put together (RFC 2231), in their order; each name occurs once.
  public let parameters: [MIMEParameter]

  /// RFC 2045 §5.2: what a part without a Content-Type field is.
  public static let plainText = Self(type: "text", subtype: "plain", parameters: [])
  /// RFC 2046 §5.1.5: what a part of a digest without a Content-Type field is.
  static let message = Self(type: "message", subtype: "rfc822", parameters: [])

  private init(type: String, subtype: String, parameters: [MIMEParameter]) {
    self.type = type
    self.subtype = subtype
    self.parameters = parameters
  }

  /// Reads the value in `range`; `nil` where there is no type. Parameters are read as far as they
  /// can be.
  public init?(parsing input: Span<UInt8>, in range: Range<Int>) {
    var parser = ParameterParser(offset: range.lowerBound, end: range.upperBound)
    let type = parser.readValueName(input, isType: true)
    guard !type.isEmpty else { return nil }
    self.type = type
    subtype =
      parser.skip(UInt8(ascii: "/"), in: input)
      ? parser.readValueName(input, isType: false) : ""
    parameters = parser.parameters(input)
  }

  /// `type/subtype`, in lower case.
  public var name: String { type + "/" + subtype }

  /// The value of the parameter of that name, which is given in lower case.
  public func parameter(_ name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }
}

/// The value of a Content-Disposition field (RFC 2183).
public struct ContentDisposition: Sendable, Hashable {
  /// `inline`, `attachment` or another kind, in lower case.
  public let kind: String
  /// The parameters, as in ``ContentType/parameters``.
  public let parameters: [MIMEParameter]

  /// Reads the value in `range`; the kind is empty where there is none.
  public init(parsing input: Span<UInt8>, in range: Range<Int>) {
    var parser = ParameterParser(offset: range.lowerBound, end: range.upperBound)
    kind = parser.readValueName(input, isType: true)
    parameters = parser.parameters(input)
  }

  /// The file name that is proposed; it is a stranger's text and no path.
  public var filename: String? { parameters.first { $0.name == "filename" }?.value }
}

/// A parameter of a Content-Type or Content-Disposition field.
public struct MIMEParameter: Sendable, Hashable {
  /// The name, in lower case, without RFC 2231's marks.
  public let name: String
  /// The value, unquoted and decoded.
  public let value: String
  /// The language that RFC 2231 lets a value name.
  public let language: String?
}

extension Message {
  /// The value of a Content-Type field; `nil` where it names no type.
  public func contentType(of field: HeaderField) -> ContentType? {
    ContentType(parsing: bytes.span, in: field.body)
  }

  /// The value of a Content-Disposition field.
  public func contentDisposition(of field: HeaderField) -> ContentDisposition {
    ContentDisposition(parsing: bytes.span, in: field.body)
  }
}
