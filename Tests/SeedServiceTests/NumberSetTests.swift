import SeedTesting
import Testing

@testable import SeedService

struct NumberSetTests {
  @Test(arguments: 0..<8 as Range<UInt64>)
  func `it holds what a set holds`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var (set, numbers) = (Set<UInt64>(), NumberSet())
    for _ in 0..<5000 {
      // Some of few bits, so that many lie beside each other and come twice.
      let number = random.next() >> (random.next() % 64)
      #expect(numbers.contains(number) == set.contains(number))
      numbers.insert(number)
      set.insert(number)
      #expect(numbers.contains(number))
    }
    #expect(set.allSatisfy(numbers.contains))
    #expect(!numbers.contains(.max) && !numbers.contains(.max - 1))
  }
}
