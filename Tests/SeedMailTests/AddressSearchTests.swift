import SeedMail
import SeedTesting
import Testing

struct AddressSearchTests {
  private static let address = "anna.b@seeds.example"

  private func isFound(_ text: String, _ address: String = address) throws -> Bool {
    let bytes = Array(text.utf8)
    return try #require(AddressSearch(address)).isFound(in: bytes, 0..<bytes.count)
  }

  @Test(arguments: [
    address, "<\(address)>", "ANNA.B@Seeds.Example", "to \(address).", "\(address). Bye",
    "x=\(address)&y", "anna.b%40seeds.example", "%61nna%2eb%40seeds%2Eexample",
    "anna.b%2540seeds.example", "anna.b&#64;seeds.example", "anna.b&#0064;seeds&#x2E;example",
    "axanna.b@seeds.example \(address)", "anna.anna.b@seeds.example,\(address)",
    Base64.encode(Array(address.utf8)), Base64.encode(Array("x\(address)".utf8)),
    Base64.encode(Array("xy\(address)?".utf8), alphabet: .url),
  ])
  func `an address is found as it is usually written`(text: String) throws {
    #expect(try isFound(text))
  }

  @Test(arguments: [
    "", "anna.b", "anna.b@seeds.exampl", "xanna.b@seeds.example", "_\(address)", ".\(address)",
    "\(address)x", "\(address)-x", "\(address).x", "anna.b @seeds.example",
    "anna.b%4seeds.example", "anna.b&#64seeds.example", "anna.b&#1088;seeds.example",
    "anna.b%252540seeds.example", Base64.encode(Array("anna.c@seeds.example".utf8)),
  ])
  func `what is no such address is not found`(text: String) throws {
    #expect(try !isFound(text))
  }

  @Test(arguments: ["", "anna", String(repeating: "a", count: 320) + "@x.example"])
  func `what is no address can't be searched for`(address: String) {
    #expect(AddressSearch(address) == nil)
  }

  @Test func `an address that repeats itself is found behind its beginning`() throws {
    #expect(try isFound("a@a@a@a.example", "a@a.example"))
    #expect(try isFound("aab@aaab@x.example", "aaab@x.example"))
  }

  @Test func `only the range is searched`() throws {
    let bytes = Array("..\(Self.address)..".utf8)
    let search = try #require(AddressSearch(Self.address))
    #expect(search.isFound(in: bytes, 2..<22))
    #expect(!search.isFound(in: bytes, 2..<21))
    #expect(!search.isFound(in: bytes, 3..<24))
    #expect(!search.isFound(in: bytes, 90..<95))
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `any bytes can be searched`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("a@b.%4&#x0;=\n".utf8)
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
        alphabet.randomElement(using: &random)!
      }
      let search = try #require(AddressSearch("a@b.a"))
      let isPlain = String(decoding: bytes, as: UTF8.self).contains("a@b.a")
      if search.isFound(in: bytes, 0..<bytes.count), !isPlain {
        #expect(bytes.contains(UInt8(ascii: "%")) || bytes.contains(UInt8(ascii: "&")))
      }
    }
  }
}
