import Testing

@testable import SeedAuth

struct RecordMemoryTests {
  private typealias Memory = RecordMemory<Int>

  /// How often records of these sizes are read, one after another; no two are the same.
  private func readings(_ memory: Memory, _ byteCounts: [Int]) -> Int {
    var count = 0
    for (index, byteCount) in byteCounts.enumerated() {
      let name = Array(String(index).utf8)
      let record = name + [UInt8](repeating: 0, count: byteCount - name.count)
      let value = memory.value(of: record) { _ in
        count += 1
        return index
      }
      #expect(value == index)
    }
    return count
  }

  @Test(arguments: [
    (Memory.byteCountMax - 1, 0), (Memory.byteCountMax, 0), (Memory.byteCountMax + 1, 1),
  ])
  func `a record is read once, unless it is longer than all that is remembered`(
    byteCount: Int,
    again: Int
  ) {
    let memory = Memory()
    #expect(readings(memory, [byteCount]) == 1)
    #expect(readings(memory, [byteCount]) == again)
  }

  @Test func `many records are forgotten together`() {
    let memory = Memory()
    let few = [Int](repeating: 8, count: Memory.countMax)
    #expect(readings(memory, few) == few.count)
    #expect(readings(memory, few) == 0)
    // The one that is too many, and then the first again.
    #expect(readings(memory, few + [8]) == 1)
    #expect(readings(memory, [8]) == 1)
  }

  @Test func `long records are forgotten together`() {
    let memory = Memory()
    let long = [Int](repeating: Memory.byteCountMax / 4, count: 4)
    #expect(readings(memory, long) == 4)
    #expect(readings(memory, long) == 0)
    #expect(readings(memory, long + [8]) == 1)
    #expect(readings(memory, [long[0]]) == 1)
  }
}
