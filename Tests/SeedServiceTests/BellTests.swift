import Testing

@testable import SeedService

@Suite(.timeLimit(.minutes(1)))
struct BellTests {
  @Test func `a wait ends at its time, again and again`() async {
    let bell = Bell()
    for _ in 0..<3 { await bell.wait(atMost: .milliseconds(1)) }
  }

  @Test func `a ring ends a wait, also one that comes later`() async {
    let bell = Bell()
    bell.ring()
    await bell.wait(atMost: .seconds(3600))
    async let waiting: Void = bell.wait(atMost: .seconds(3600))
    bell.ring()
    await waiting
  }

  @Test func `a cancellation ends a wait`() async {
    let bell = Bell()
    await withTaskGroup { group in
      group.addTask { await bell.wait(atMost: .seconds(3600)) }
      group.cancelAll()
    }
  }
}
