/// Dates: what is read can be written as RFC 3339 and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDates(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  guard let time = Timestamp(mail: bytes.span, in: 0..<bytes.count) else { return 0 }
  let written = time.rfc3339
  // The zone may carry the first and the last year over the four digits that RFC 3339 has.
  if written.utf8.count == 20, !written.hasPrefix("-") {
    require(Timestamp(rfc3339: written) == time, "a date survives being written")
  }
  return 0
}
