import SeedCore
import Testing

extension StoreContract {
  static let checkpoints: [StoreContract] = [
    StoreContract("checkpoints only grow, and none is of more leaves than there are") { store in
      let made = [1, 2, 4].map { RecordMaker.checkpoint($0, isWitnessed: $0 == 2) }
      try await store.write { writer throws in
        try addLeaves(5, to: writer)
        for checkpoint in made { try writer.insert(checkpoint) }
        for size in [0, 1, 3, 4] as [Int64] {
          #expect(throws: StoreError.exists) { try writer.insert(RecordMaker.checkpoint(size)) }
        }
        #expect(throws: StoreError.dangling) { try writer.insert(RecordMaker.checkpoint(6)) }
      }
      try await store.read { reader throws in
        for checkpoint in made {
          #expect(try reader.checkpoint(size: checkpoint.head.size) == checkpoint)
        }
        #expect(try reader.checkpoint(size: 3) == nil)
        #expect(try reader.newestCheckpoint() == made[2])
        #expect(try reader.newestWitnessedCheckpoint() == made[1])
        #expect(try reader.checkpoints(from: 0, limit: 9) == made)
        #expect(try reader.checkpoints(from: 2, limit: 9) == Array(made[1...]))
        #expect(try reader.checkpoints(from: 3, limit: 1) == [made[2]])
        #expect(try reader.checkpoints(from: 5, limit: 9) == [])
        #expect(try reader.checkpoints(from: 0, limit: 0) == [])
      }
    },
    StoreContract("an empty ledger has a checkpoint, too") { store in
      try await store.write { try $0.insert(RecordMaker.checkpoint(0)) }
      #expect(try await store.read { try $0.newestCheckpoint() } == RecordMaker.checkpoint(0))
      #expect(try await store.read { try $0.newestWitnessedCheckpoint() } == nil)
    },
    StoreContract("a checkpoint's note gains signatures, until a token covers it") { store in
      let (a, b) = (RecordMaker.signature("a.example"), RecordMaker.signature("b.example"))
      let first = RecordMaker.checkpoint(1).note
      let both = first + Array((a.line + b.line).utf8)
      try await store.write { writer throws in
        try addLeaves(2, to: writer)
        try writer.insert(RecordMaker.checkpoint(1))
        try writer.insert(RecordMaker.checkpoint(2))
        try writer.append([a], toCheckpoint: 1, isWitnessed: false)
        #expect(try writer.newestWitnessedCheckpoint() == nil)
        // What is there already isn't added again.
        try writer.append([a, b], toCheckpoint: 1, isWitnessed: true)
        try writer.append([b], toCheckpoint: 1, isWitnessed: false)
        #expect(throws: StoreError.dangling) {
          try writer.append([a], toCheckpoint: 3, isWitnessed: false)
        }
        #expect(try writer.checkpoint(size: 1)?.note == both)
        try writer.insert(RecordMaker.timestamp(1, "tsa", leafIndex: 0))
        #expect(throws: StoreError.frozen) {
          try writer.append(
            [RecordMaker.signature("c.example")],
            toCheckpoint: 1,
            isWitnessed: true
          )
        }
        try writer.append([a], toCheckpoint: 1, isWitnessed: true)
        try writer.append([a], toCheckpoint: 2, isWitnessed: false)
      }
      try await store.read { reader throws in
        let checkpoint = try #require(try reader.checkpoint(size: 1))
        #expect(checkpoint.note == both && checkpoint.isWitnessed)
        #expect(checkpoint.signedAt == RecordMaker.checkpoint(1).signedAt)
        #expect(try SignedNote(parsing: checkpoint.note).signatures.count == 3)
        #expect(try reader.newestWitnessedCheckpoint() == checkpoint)
      }
    },
    StoreContract("a restoration is settled once") { store in
      let settled = Restoration(
        restoredAt: RecordMaker.time(1),
        leafCount: 5,
        settledAt: RecordMaker.time(3),
        reason: "Said so."
      )
      try await store.write { writer throws in
        #expect(try writer.restorations() == [])
        #expect(try writer.settleRestorations(at: RecordMaker.time(0), reason: "None.") == 0)
        try writer.insert(Restoration(restoredAt: RecordMaker.time(1), leafCount: 5))
        #expect(try writer.settleRestorations(at: RecordMaker.time(3), reason: "Said so.") == 1)
        try writer.insert(Restoration(restoredAt: RecordMaker.time(4), leafCount: 6))
      }
      let open = Restoration(restoredAt: RecordMaker.time(4), leafCount: 6)
      #expect(try await store.read { try $0.restorations() } == [settled, open])
    },
    StoreContract("a token belongs to a checkpoint and a leaf, and is there once") { store in
      let tokens = [
        RecordMaker.timestamp(2, "b", leafIndex: 3), RecordMaker.timestamp(1, "b", leafIndex: 1),
        RecordMaker.timestamp(2, "a", leafIndex: 2), RecordMaker.timestamp(3, "a", leafIndex: 4),
      ]
      let twice = [
        RecordMaker.timestamp(2, "a", leafIndex: 5), RecordMaker.timestamp(3, "c", leafIndex: 4),
      ]
      let dangling = [
        RecordMaker.timestamp(4, "a", leafIndex: 5), RecordMaker.timestamp(3, "c", leafIndex: 6),
      ]
      try await store.write { writer throws in
        try addLeaves(6, to: writer)
        for size in 1...3 as ClosedRange<Int64> {
          try writer.insert(RecordMaker.checkpoint(size))
        }
        for token in tokens { try writer.insert(token) }
        for token in twice {
          #expect(throws: StoreError.exists) { try writer.insert(token) }
        }
        for token in dangling {
          #expect(throws: StoreError.dangling) { try writer.insert(token) }
        }
      }
      let sorted = [tokens[1], tokens[2], tokens[0], tokens[3]]
      try await store.read { reader throws in
        #expect(try reader.timestamps(from: 0, limit: 9) == sorted)
        #expect(try reader.timestamps(from: 2, limit: 2) == Array(sorted[1...2]))
        #expect(try reader.timestamps(from: 4, limit: 9) == [])
        #expect(try reader.timestamps(from: 0, limit: 0) == [])
        #expect(try reader.timestamps(ofCheckpoint: 2) == [tokens[2], tokens[0]])
        #expect(try reader.timestamps(ofCheckpoint: 4) == [])
        #expect(try reader.newestTimestamp(by: "a") == tokens[3])
        #expect(try reader.newestTimestamp(by: "b") == tokens[0])
        #expect(try reader.newestTimestamp(by: "c") == nil)
      }
    },
    StoreContract("what is cosigned for others never shrinks, and never differs") { store in
      let logs = [
        RecordMaker.witnessedLog("log.example/a", 0), RecordMaker.witnessedLog("log.example/b", 5),
      ]
      let grown = RecordMaker.witnessedLog("log.example/a", 3, root: 8)
      let again = WitnessedLog(
        origin: grown.origin,
        head: grown.head,
        note: [9],
        cosignedAt: RecordMaker.time(99)
      )
      try await store.write { writer throws in
        for log in logs.reversed() { try writer.save(log) }
        #expect(try writer.witnessedLogs() == logs)
        try writer.save(grown)
        for refused in [
          RecordMaker.witnessedLog("log.example/a", 2),
          RecordMaker.witnessedLog("log.example/a", 3, root: 9),
        ] {
          #expect(throws: StoreError.frozen) { try writer.save(refused) }
        }
        #expect(try writer.witnessedLog("log.example/a") == grown)
        try writer.save(again)
      }
      try await store.read { reader throws in
        #expect(try reader.witnessedLog("log.example/a") == again)
        #expect(try reader.witnessedLog("log.example/c") == nil)
        #expect(try reader.witnessedLogs() == [again, logs[1]])
      }
    },
  ]

  private static func addLeaves(_ count: UInt8, to writer: any StoreWriter) throws {
    for number in 0..<count {
      _ = try writer.append(Leaf(kind: .note, bytes: [number], subject: nil))
    }
  }
}
