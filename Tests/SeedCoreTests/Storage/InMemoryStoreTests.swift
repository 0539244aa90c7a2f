import SeedCore
import SeedTesting
import Testing

struct InMemoryStoreTests {
  @Test(arguments: StoreContract.all)
  func `the in-memory store keeps what every store promises`(contract: StoreContract) async throws {
    try await contract.check(InMemoryStore())
  }
}

struct FailingStoreTests {
  @Test(arguments: FailingStore.Failure.allCases)
  func `one write fails, kept or not, and the next one works`(
    failure: FailingStore.Failure
  ) async throws {
    let store = FailingStore(InMemoryStore())
    let leaf = Leaf(kind: .note, bytes: [1], subject: nil)
    store.failNextWrite(failure)
    await #expect(throws: StoreError.inputOutput) {
      try await store.write { try $0.append(leaf) }
    }
    let index = try await store.write { try $0.append(leaf) }
    #expect(index == (failure == .kept ? 1 : 0))
  }
}
