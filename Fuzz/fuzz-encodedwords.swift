/// Encoded words and unfolding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEncodedWords(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  let text = EncodedWords.decode(bytes.span, 0..<bytes.count)
  // A byte of a charset gives a few characters at most.
  require(text.utf8.count <= bytes.count * 16 + 16, "decoding has a bound")
  let unfolded = bytes.span.unfoldedForDisplay(0..<bytes.count)
  require(unfolded.count <= bytes.count, "unfolding adds nothing")
  require(!unfolded.contains(0x0A), "unfolding leaves one line")
  return 0
}
