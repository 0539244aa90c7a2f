/// Received fields and envelope addresses: any bytes are read, and a hop is one of the fields.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReceived(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  if let hop = Received(parsing: bytes.span) {
    _ = hop.clientAddress
    _ = hop.heloName
  }
  if let address = EnvelopeAddress.read(bytes.span) {
    // A byte that is no UTF-8 is shown as a character of three bytes.
    require(address.utf8.count <= 3 * bytes.count, "an address stands in the field")
  }
  let message = Message(parsing: Array("Received: ".utf8) + bytes)
  let hosts = OwnHosts(names: ["mx.seeds.example", "192.0.2.1"])
  if let hop = OwnHop(in: message, hosts: hosts) {
    require(hop.fieldIndex < message.fields.count, "a hop is a field")
    _ = hop.authenticationResults(in: message, authservs: hosts)
  }
  return 0
}
