import SeedCore
import SeedTesting
import Testing

struct InMemoryStoreTests {
  @Test(arguments: StoreContract.all)
  func `the in-memory store keeps what every store promises`(contract: StoreContract) async throws {
    try await contract.check(InMemoryStore())
  }
}
