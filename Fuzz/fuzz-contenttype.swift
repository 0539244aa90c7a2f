/// Content-Type and Content-Disposition: a parameter's name occurs once, in lower case.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzContentType(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  let disposition = ContentDisposition(parsing: bytes.span, in: 0..<bytes.count)
  let type = ContentType(parsing: bytes.span, in: 0..<bytes.count)
  for parameters in [disposition.parameters, type?.parameters ?? []] {
    require(Set(parameters.map(\.name)).count == parameters.count, "a name occurs once")
  }
  return 0
}
