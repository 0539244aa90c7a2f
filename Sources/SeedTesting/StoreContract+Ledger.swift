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

  static let outbox: [StoreContract] = [
    StoreContract("a row is queued once for each channel and key") { store in
      var records = RecordMaker()
      let world = records.world()
      let rows = [
        row("me", "k1", event: 1, due: 3), row("me", "k2", due: 1), row("hook", "k1", due: 2),
      ]
      let again = row("me", "k1", due: 100)
      let dangling = row("me", "k9", event: 2, due: 0)
      try await store.write { writer throws in
        try world.insert(into: writer)
        for row in rows + [again] { try writer.enqueue(row) }
        #expect(throws: StoreError.dangling) { try writer.enqueue(dangling) }
      }
      try await store.read { reader throws in
        let mine = try reader.outbox(channel: "me", dueAt: RecordMaker.time(50), limit: 9)
        #expect(mine.map(\.key) == ["k2", "k1"])
        #expect(mine.allSatisfy { $0.id > 0 && $0.channel == "me" && $0.state == .waiting })
        #expect(mine.map(\.event) == [nil, 1])
        #expect(mine.map(\.payload) == [rows[1].payload, rows[0].payload])
        #expect(mine.map(\.dueAt) == [rows[1].dueAt, rows[0].dueAt])
        #expect(mine.map(\.queuedAt) == [rows[1].queuedAt, rows[0].queuedAt])
        #expect(try reader.outboxCounts() == (3, 0))
      }
    },
    StoreContract("what waits in a reserved channel is no alert") { store in
      let rows = ReservedChannel.allCases.map { row($0.name, "k", due: 1) }
      try await store.write { writer throws in
        for row in rows + [row("me", "k", due: 1)] { try writer.enqueue(row) }
        #expect(try writer.outboxCounts() == (1, 0))
        #expect(try writer.outbox(.waiting, limit: 9).map(\.channel) == ["me"])
        for row in rows {
          let due = try writer.outbox(channel: row.channel, dueAt: RecordMaker.time(1), limit: 9)
          #expect(due.count == 1)
          for var stored in due {
            stored.state = .dead
            try writer.save(stored)
          }
        }
        #expect(try writer.outboxCounts() == (1, 0))
      }
    },
    StoreContract("rows are due from their time on, the longest due first") { store in
      let rows = [3, 1, 1, 2].enumerated().map { row("me", "k\($0)", due: $1) }
      try await store.write { writer throws in for row in rows { try writer.enqueue(row) } }
      try await store.read { reader throws in
        for (now, limit, expected) in [
          (0, 9, []), (1, 9, ["k1", "k2"]), (2, 9, ["k1", "k2", "k3"]), (9, 3, ["k1", "k2", "k3"]),
          (9, 9, ["k1", "k2", "k3", "k0"]), (9, 0, []),
        ] as [(Int64, Int, [String])] {
          let due = try reader.outbox(channel: "me", dueAt: RecordMaker.time(now), limit: limit)
          #expect(due.map(\.key) == expected)
        }
        #expect(try reader.nextDue(channel: "me") == RecordMaker.time(1))
        #expect(try reader.nextDue(channel: "hook") == nil)
        #expect(try reader.outbox(channel: "hook", dueAt: RecordMaker.time(9), limit: 9).isEmpty)
      }
    },
    StoreContract("what became of a row is stored, and its payload stays") { store in
      let rows = (0..<3).map { row("me", "k\($0)", due: Int64($0)) }
      try await store.write { writer throws in
        for row in rows { try writer.enqueue(row) }
        var stored = try writer.outbox(.waiting, limit: 9)
        #expect(stored.map(\.key) == ["k2", "k1", "k0"])
        stored[0].state = .dead
        stored[0].lastError = "550 \u{e9}"
        stored[0].attemptCount = 4
        stored[1].state = .delivered
        stored[2].dueAt = RecordMaker.time(60)
        for row in stored { try writer.save(row) }
        #expect(throws: StoreError.dangling) { try writer.save(rows[0]) }
      }
      try await store.read { reader throws in
        #expect(try reader.outboxCounts() == (1, 1))
        let dead = try reader.outbox(.dead, limit: 9)
        #expect(dead.map(\.key) == ["k2"] && dead[0].lastError == "550 \u{e9}")
        #expect(dead[0].attemptCount == 4 && dead[0].payload == rows[2].payload)
        #expect(try reader.outbox(.delivered, limit: 9).map(\.key) == ["k1"])
        #expect(try reader.outbox(.delivered, limit: 0).isEmpty)
        #expect(try reader.nextDue(channel: "me") == RecordMaker.time(60))
      }
    },
  ]

  private static func row(
    _ channel: String,
    _ key: String,
    event: Int64? = nil,
    due: Int64
  ) -> OutboxRow {
    OutboxRow(
      channel: channel,
      key: key,
      event: event,
      payload: Array((channel + key).utf8),
      queuedAt: RecordMaker.start,
      dueAt: RecordMaker.time(due)
    )
  }
}
