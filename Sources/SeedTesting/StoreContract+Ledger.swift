import SeedCore
import Testing

extension StoreContract {
  static let ledger: [StoreContract] = [
    StoreContract("leaves are numbered from 0 without a gap, and come back as they were") { store in
      let leaves = (0..<7 as Range<UInt8>).map { number -> Leaf in
        Leaf(
          kind: number % 2 == 0 ? .judge : .rcpt,
          bytes: [0x7b, number, 0],
          subject: number == 6 ? nil : Int64(number / 2),
          opening: number == 5 ? [] : [9, number]
        )
      }
      try await store.write { writer throws in
        #expect(try writer.leafCount() == 0)
        for (index, leaf) in leaves.dropLast().enumerated() {
          #expect(try writer.append(leaf) == Int64(index))
        }
        #expect(try writer.leafCount() == 6)
      }
      let last = try await store.write { try $0.append(leaves[6]) }
      #expect(last == 6)
      try await store.read { reader throws in
        #expect(try reader.leafCount() == 7)
        #expect(try reader.leaves(from: 0, limit: 99) == leaves)
        #expect(try reader.leaves(from: 2, limit: 3) == Array(leaves[2..<5]))
        #expect(try reader.leaves(from: 6, limit: 3) == [leaves[6]])
        #expect(try reader.leaves(from: 7, limit: 3) == [])
        #expect(try reader.leaves(from: 0, limit: 0) == [])
      }
    },
    StoreContract("leaves are found by the record that they commit to") { store in
      try await store.write { writer throws in
        for (kind, subject) in [
          (.rcpt, 1), (.judge, 1), (.judge, 2), (.judge, 1), (.stat, nil),
        ] as [(Leaf.Kind, Int64?)] {
          _ = try writer.append(Leaf(kind: kind, bytes: [1], subject: subject))
        }
        #expect(try writer.leafIndices(kind: .judge, subject: 1) == [1, 3])
      }
      try await store.read { reader throws in
        #expect(try reader.leafIndices(kind: .judge, subject: 1) == [1, 3])
        #expect(try reader.leafIndices(kind: .rcpt, subject: 1) == [0])
        #expect(try reader.leafIndices(kind: .rcpt, subject: 2) == [])
        #expect(try reader.leafIndices(kind: .stat, subject: 0) == [])
      }
    },
    StoreContract("a day's counts add up") { store in
      func counts(_ day: String, _ number: Int) -> DayCounts {
        var counts = DayCounts(day: day)
        counts.recipients = number
        counts.known = 2 * number
        counts.near = 3 * number
        counts.unknown = 4 * number
        counts.refused = 5 * number
        return counts
      }
      let added = [
        counts("2026-11-22", 1), counts("2026-11-21", 10), counts("2026-11-22", 2),
        counts("2026-09-30", 5),
      ]
      let sums = [counts("2026-09-30", 5), counts("2026-11-21", 10), counts("2026-11-22", 3)]
      for day in added { try await store.write { try $0.add(day) } }
      try await store.read { reader throws in
        #expect(try reader.dayCounts(from: "") == sums)
        #expect(try reader.dayCounts(from: "2026-11-21") == Array(sums[1...]))
        #expect(try reader.dayCounts(from: "2026-11-23") == [])
      }
    },
  ]
}
