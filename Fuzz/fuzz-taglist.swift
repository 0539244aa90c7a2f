/// Tag lists and base64: ranges lie in order inside the input, and what is written is read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTagList(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  if let list = try? TagList(parsing: bytes.span) {
    require(list.tags.count <= TagList.tagCountMax, "a list keeps to its limit")
    var last = 0
    for tag in list.tags {
      require(tag.name, within: last..<bytes.count)
      require(tag.value, within: tag.paddedValue)
      require(tag.paddedValue, within: tag.name.upperBound..<bytes.count)
      last = tag.paddedValue.upperBound
    }
  }
  for alphabet in [Base64.Alphabet.standard, .url] {
    if let decoded = try? Base64.decode(bytes.span, alphabet: alphabet) {
      let written = Array(Base64.encode(decoded, alphabet: alphabet).utf8)
      require(written == bytes, "the strict form is the one that is written")
    }
    let text = Array(Base64.encode(bytes, alphabet: alphabet).utf8)
    let decoded = try? Base64.decode(text.span, alphabet: alphabet)
    require(decoded == bytes, "what is written is read again")
  }
  _ = try? Base64.decode(bytes.span, form: .folded)
  return 0
}
