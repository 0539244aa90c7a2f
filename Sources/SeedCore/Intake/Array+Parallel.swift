extension Array where Element: Sendable {
  /// How many elements are worked on at once.
  static var taskCountMax: Int { 8 }

  /// Applies `work` to each element, a few at a time, and keeps their order.
  func inParallel<Result: Sendable>(
    _ work: @escaping @Sendable (Element) async -> Result
  ) async -> [Result] {
    if count == 1 { return [await work(self[0])] }
    return await withTaskGroup(of: (Int, Result).self) { group in
      var results = [Result?](repeating: nil, count: count)
      var next = 0
      func start() {
        let index = next
        let element = self[index]
        group.addTask { (index, await work(element)) }
        next += 1
      }
      while next < Swift.min(Self.taskCountMax, count) { start() }
      for await (index, result) in group {
        results[index] = result
        if next < count { start() }
      }
      return results.compactMap(\.self)
    }
  }
}
