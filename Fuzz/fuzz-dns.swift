// needs: SeedAuth
import Foundation
import SeedAuth
import SeedMail

/// DNS answers and the data of records: what is read from an archive is written again the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDNS(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  if let strings = ResourceData.strings(bytes) {
    require(strings.reduce(strings.count) { $0 + $1.count } == bytes.count, "no byte is lost")
  }
  if let name = ResourceData.name(bytes) {
    require(name.isEmpty || DNSName.normalized(name) == name, "a name is normalized")
  }
  _ = ResourceData.mailExchange(bytes)
  // The question `a.example TXT`, and whatever comes as its answer.
  let question: [UInt8] = [1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 16, 0, 1]
  let wire = [0, 0, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0] + question + bytes
  let archive = """
    [{"name":"a.example","receivedAt":"2027-01-15T08:00:00Z","secure":false,"source":"s",\
    "status":"found","ttl":300,"type":"TXT","wire":"\(Data(wire).base64EncodedString())"}]
    """
  guard let answers = try? DNSArchive.decode(Array(archive.utf8)) else { return 0 }
  require(
    (try? DNSArchive.encode(answers)) == Array(archive.utf8),
    "an archive is written the same"
  )
  return 0
}
