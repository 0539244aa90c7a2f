import SeedCore
import SeedCrypto
import SeedTesting
import Testing

struct AddressTagTests {
  @Test(arguments: [
    (
      AddressTag.Profile.p80, "0fe87127172d10483b6ef96752db718f", "1zm729rq5m84gevep",
      "1zm7 29rq 5m84 geve p"
    ),
    (.p60, "431a2ea5871e64fa0b849b66deae958c", "8cd2x9c73sjfr", "8cd2 x9c7 3sjf r"),
  ])
  func `the leading bits of a code become symbols`(
    profile: AddressTag.Profile,
    code: String,
    text: String,
    grouped: String
  ) throws {
    let tag = try AddressTag(profile, leadingBitsOf: #require([UInt8](hex: code)))
    #expect(tag.text == text)
    #expect(tag.grouped == grouped)
    #expect(AddressTag(profile, reading: Array(text.utf8)) == tag)
  }

  @Test(arguments: [
    ("1zm729rq5m84gevep", true), ("1ZM729RQ5M84GEVEP", true), ("lzm729rq5m84gevep", true),
    ("Izm729rq5m84gevep", true), ("1zm729rq5m84geveq", false), ("1zm729rq5m84geve", false),
    ("1zm729rq5m84gevepp", false), ("1zm729rq5m84geveu", false), ("1zm729rq5m84geve-", false),
    ("", false), ("zm1729rq5m84gevep", false),
  ])
  func `a tag is read as people write it`(text: String, isTag: Bool) {
    #expect((AddressTag(.p80, reading: Array(text.utf8)) != nil) == isTag)
  }

  @Test(arguments: AddressTag.Profile.allCases)
  func `the check symbol catches each wrong symbol and each swap`(profile: AddressTag.Profile) {
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    for seed in 0..<20 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let code = (0..<10).map { _ in UInt8.random(in: 0...255, using: &random) }
      let bytes = AddressTag(profile, leadingBitsOf: code).bytes
      for index in bytes.indices {
        for symbol in alphabet where symbol != bytes[index] {
          var wrong = bytes
          wrong[index] = symbol
          #expect(AddressTag(profile, reading: wrong) == nil)
        }
        for other in bytes.indices where bytes[other] != bytes[index] {
          var swapped = bytes
          swapped.swapAt(index, other)
          #expect(AddressTag(profile, reading: swapped) == nil)
        }
      }
    }
  }
}
