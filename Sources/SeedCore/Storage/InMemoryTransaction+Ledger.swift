import SeedMail

extension InMemoryTransaction {
  func leafCount() -> Int64 { Int64(state.leaves.count) }

  func leaves(from index: Int64, limit: Int) -> [Leaf] {
    Array(state.leaves.dropFirst(Int(max(0, index))).prefix(max(0, limit)))
  }

  func leafIndices(kind: Leaf.Kind, subject: Int64) -> [Int64] {
    state.leaves.indices.lazy
      .filter { self.state.leaves[$0].kind == kind && self.state.leaves[$0].subject == subject }
      .map(Int64.init)
  }

  func dayCounts(from day: String) -> [DayCounts] {
    state.dayCounts.values.filter { $0.day >= day }.sorted { $0.day < $1.day }
  }

  func append(_ leaf: Leaf) -> Int64 {
    state.leaves.append(leaf)
    return Int64(state.leaves.count - 1)
  }

  func add(_ counts: DayCounts) {
    var sum = state.dayCounts[counts.day] ?? DayCounts(day: counts.day)
    sum.recipients += counts.recipients
    sum.known += counts.known
    sum.near += counts.near
    sum.unknown += counts.unknown
    sum.refused += counts.refused
    state.dayCounts[counts.day] = sum
  }
}
