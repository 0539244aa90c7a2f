/// Address lists: a domain never holds an `@`, and a mailbox never has more text than was there.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAddresses(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  let list = AddressList(parsing: bytes.span, in: 0..<bytes.count)
  for mailbox in list.mailboxes {
    require(!mailbox.address.isEmpty, "a mailbox has an address")
    require(mailbox.domain.utf8.count <= bytes.count * 3, "a domain comes from the input")
  }
  return 0
}
