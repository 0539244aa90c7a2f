/// Automatic messages, delivery reports, links and imprints: any message is told apart, and what is
/// found keeps to its limits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAutomatic(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  look(bytes)
  look(
    Array("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n".utf8)
      + Array("Content-Type: message/delivery-status\n\n".utf8) + bytes
  )
  look(Array("Content-Type: text/html; charset=utf-8\n\n".utf8) + bytes)
  look(Array("Subject: Undelivered mail\nReturn-Path: <>\n\n".utf8) + bytes)
  return 0
}

private func look(_ bytes: [UInt8]) {
  let message = Message(parsing: bytes)
  let structure = MIMEStructure(of: message)
  _ = AutomaticMessage(of: message, structure: structure)
  let claims = BodyClaims(of: structure)
  require(claims.imprints.count <= Imprint.countMax, "imprints are few")
  for host in claims.linkHosts {
    require(!host.isEmpty && host.utf8.count <= 253, "a host is a name")
  }
  _ = message.listID
  _ = message.listUnsubscribeHosts
}
