/// Canonical bodies and headers: pieces make the whole, twice is once, and a search stays inside.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCanonical(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  for canonicalization in [Canonicalization.simple, .relaxed] {
    let whole = canonicalBody(canonicalization, bytes, limit: CanonicalBody.pieceByteCount)
    let parts = canonicalBody(canonicalization, bytes, limit: 1 + count % 7)
    require(whole == parts, "pieces make the whole")
    let twice = canonicalBody(canonicalization, whole, limit: CanonicalBody.pieceByteCount)
    require(whole == twice, "a canonical body stays as it is")

    let message = Message(parsing: bytes)
    let names = message.fields.prefix(8).map { String(decoding: bytes[$0.name], as: UTF8.self) }
    let indices = message.fieldIndices(signedBy: names, excluding: 1)
    require(Set(indices).count == indices.count, "a field is signed once")
    var output: [UInt8] = []
    for index in indices {
      let field = message.fields[index]
      canonicalization.append(field, of: bytes, omitting: field.body, to: &output)
      canonicalization.append(field, of: bytes, to: &output)
      require(output.suffix(2) == [13, 10], "a field ends its line")
    }
  }
  if let search = AddressSearch("a.b@x.example") {
    _ = search.isFound(in: bytes, 0..<bytes.count)
  }
  return 0
}

private func canonicalBody(
  _ canonicalization: Canonicalization,
  _ bytes: [UInt8],
  limit: Int
) -> [UInt8] {
  var body = CanonicalBody(canonicalization, of: 0..<bytes.count)
  var output: [UInt8] = []
  var piece: [UInt8] = []
  repeat {
    body.next(of: bytes, into: &piece, limit: limit)
    require(piece.count <= limit, "a piece keeps to its limit")
    output += piece
  } while !piece.isEmpty
  return output
}
