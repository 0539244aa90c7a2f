import SeedCore
import Testing

extension StoreContract {
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
    StoreContract("urgent rows come first, and rows that may join are told from others") { store in
      var records = RecordMaker()
      let world = records.world()
      let rows = [
        row("me", "a", event: 1, due: 1), row("me", "b", due: 2),
        row("me", "c", event: 1, due: 3, isUrgent: true), row("me", "d", event: 1, due: 0),
        row("hook", "e", due: 0, isUrgent: true), row("me", "f", due: 9, isUrgent: true),
      ]
      try await store.write { writer throws in
        try world.insert(into: writer)
        let ids = try rows.map { try writer.enqueue($0) }
        #expect(ids == (1...6).map(Optional.some))
        #expect(try writer.enqueue(rows[0]) == nil)
        var tried = try #require(try writer.outboxRow(4))
        #expect(tried.key == "d" && tried.mayJoin)
        tried.attemptCount = 1
        try writer.save(tried)
        #expect(try writer.outboxRow(0) == nil && writer.outboxRow(7) == nil)
      }
      try await store.read { reader throws in
        for (isUrgentOnly, mayJoin, limit, keys) in [
          (false, nil, 9, "cdab"), (false, nil, 2, "cd"), (true, nil, 9, "c"),
          (false, true, 9, "ca"),
          (false, false, 9, "db"), (true, false, 9, ""), (false, nil, 0, ""),
        ] as [(Bool, Bool?, Int, String)] {
          let wanted = WaitingRows(
            channel: "me",
            dueAt: RecordMaker.time(5),
            isUrgentOnly: isUrgentOnly,
            mayJoin: mayJoin
          )
          #expect(try reader.waiting(wanted, limit: limit).map(\.key).joined() == keys)
        }
        #expect(try reader.nextDue(channel: "me") == RecordMaker.time(0))
        #expect(try reader.nextUrgentDue(channel: "me") == RecordMaker.time(3))
        #expect(try reader.nextUrgentDue(channel: "none") == nil)
      }
    },
    StoreContract("deliveries of a time are counted, and joined rows name the one they joined") {
      store in
      let rows = (0..<4).map { row("me", "k\($0)", due: Int64($0)) }
      try await store.write { writer throws in
        for (index, row) in rows.enumerated() {
          let id = try #require(try writer.enqueue(row))
          var stored = try #require(try writer.outboxRow(id))
          #expect(stored.deliveredAt == nil && stored.retriedAt == nil && stored.joinedTo == nil)
          stored.state = index == 3 ? .joined : .delivered
          stored.deliveredAt = index == 3 ? nil : RecordMaker.time(Int64(10 + index))
          stored.retriedAt = RecordMaker.time(5)
          stored.joinedTo = index == 3 ? 1 : nil
          try writer.save(stored)
          #expect(try writer.outboxRow(stored.id) == stored)
        }
        var dangling = try #require(try writer.outboxRow(2))
        dangling.joinedTo = 99
        #expect(throws: StoreError.dangling) { try writer.save(dangling) }
      }
      try await store.read { reader throws in
        for (start, end, count, first) in [
          (0, 99, 3, 10), (10, 99, 2, 11), (9, 11, 2, 10), (12, 99, 0, nil), (5, 9, 0, nil),
        ] as [(Int64, Int64, Int, Int64?)] {
          let found = try reader.deliveries(
            channel: "me",
            after: RecordMaker.time(start),
            upTo: RecordMaker.time(end)
          )
          #expect(found.count == count && found.first == first.map(RecordMaker.time))
        }
        #expect(try reader.outboxCounts() == (0, 0))
        #expect(try reader.outbox(.joined, limit: 9).map(\.joinedTo) == [1])
      }
    },
    StoreContract("a channel's waiting rows can all be due now") { store in
      try await store.write { writer throws in
        for (channel, due) in [("me", 3), ("me", 9), ("hook", 9)] as [(String, Int64)] {
          try writer.enqueue(row(channel, "k\(due)", due: due))
        }
        try writer.hasten(channel: "me", at: RecordMaker.time(4))
        #expect(
          try writer.outbox(.waiting, limit: 9).map(\.dueAt) == [9, 4, 3].map(RecordMaker.time)
        )
      }
    },
    StoreContract("how a channel does, and what is remembered, is kept") { store in
      let first = ChannelState(channel: "me", failingSince: RecordMaker.time(1), failureCount: 1)
      let second = ChannelState(
        channel: "me",
        failingSince: RecordMaker.time(1),
        failureCount: 2,
        lastError: "no \u{e9}",
        nextAttemptAt: RecordMaker.time(7)
      )
      try await store.write { writer throws in
        #expect(try writer.channelState("me") == nil)
        try writer.save(first)
        try writer.save(second)
        try writer.save(ChannelState(channel: "hook"))
        #expect(try writer.memo("digest") == nil)
        try writer.setMemo("digest", "1")
        try writer.setMemo("digest", "2 \u{e9}")
      }
      try await store.read { reader throws in
        #expect(try reader.channelState("me") == second)
        #expect(try reader.channelStates() == [ChannelState(channel: "hook"), second])
        #expect(try reader.memo("digest") == "2 \u{e9}")
        #expect(try reader.memo("other") == nil)
      }
    },
  ]

  private static func row(
    _ channel: String,
    _ key: String,
    event: Int64? = nil,
    due: Int64,
    isUrgent: Bool = false
  ) -> OutboxRow {
    OutboxRow(
      channel: channel,
      key: key,
      event: event,
      payload: Array((channel + key).utf8),
      isUrgent: isUrgent,
      queuedAt: RecordMaker.start,
      dueAt: RecordMaker.time(due)
    )
  }
}
