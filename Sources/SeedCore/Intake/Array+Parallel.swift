import Synchronization

extension Array where Element: Sendable {
  /// How many elements are worked on at once.
  static var taskCountMax: Int { 8 }

  /// Applies `work` to each element, a few at a time, and keeps their order.
  ///
  /// A few tasks take one element after the other: a task for each would cost as much as the reading
  /// of a small message.
  func inParallel<Result: Sendable>(
    _ work: @escaping @Sendable (Element) async -> Result
  ) async -> [Result] {
    if count == 1 { return [await work(self[0])] }
    let queue = WorkQueue(count: count)
    return await withTaskGroup(of: [(Int, Result)].self) { group in
      for _ in 0..<Swift.min(Self.taskCountMax, count) {
        group.addTask {
          var finished: [(Int, Result)] = []
          while let index = queue.next() { finished.append((index, await work(self[index]))) }
          return finished
        }
      }
      var results = [Result?](repeating: nil, count: count)
      for await finished in group {
        for (index, result) in finished { results[index] = result }
      }
      return results.compactMap(\.self)
    }
  }
}

/// The numbers of the elements that nobody has taken yet.
private final class WorkQueue: Sendable {
  private let count: Int
  private let taken = Atomic(0)

  init(count: Int) { self.count = count }

  /// The next element; `nil` when all are taken.
  func next() -> Int? {
    let index = taken.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < count ? index : nil
  }
}
