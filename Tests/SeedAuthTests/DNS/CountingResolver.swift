import SeedAuth
import Synchronization

/// Counts the questions that reach another resolver.
final class CountingResolver: Resolver {
  private let base: any Resolver
  private let questions = Mutex(0)

  init(_ base: any Resolver) { self.base = base }

  var count: Int { questions.withLock { $0 } }

  func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    questions.withLock { $0 += 1 }
    return await base.resolve(name, type)
  }
}
