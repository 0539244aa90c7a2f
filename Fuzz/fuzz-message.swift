/// Header fields: they lie in order and in the message, and every reader of a field takes any.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessage(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  let message = Message(parsing: bytes)
  var end = 0
  for field in message.fields {
    require(field.whole.lowerBound >= end, "fields lie in order")
    require(field.name, within: field.whole)
    require(field.body, within: field.whole)
    end = field.whole.upperBound
    _ = message.text(of: field)
    _ = message.rawText(of: field)
    _ = message.mailboxes(in: field)
    _ = message.date(of: field)
    _ = message.messageIDs(in: field)
    _ = message.contentType(of: field)
    _ = message.contentDisposition(of: field)
  }
  require(message.body, within: end..<bytes.count)
  require(message.body.upperBound == bytes.count, "the body goes up to the end")
  for range in Mbox(splitting: bytes.span).messages {
    require(range, within: 0..<bytes.count)
    _ = Mbox.unquoted(bytes.span, range)
  }
  return 0
}
