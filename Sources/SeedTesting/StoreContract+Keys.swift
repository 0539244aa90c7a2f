import SeedCore
import Testing

extension StoreContract {
  static let keys: [StoreContract] = [
    StoreContract("checks of a key come back oldest first, the newest of them") { store in
      var records = RecordMaker()
      let name = "sel._domainkey.party.example"
      let found: [PublishedKeys] = [
        .absent, .keys([records.digest(), records.digest()]), .revoked, .unanswered,
      ]
      let times = [3, 1, 2, 4] as [Int64]
      let checks = zip(found, times).map { records.keyCheck(name, found: $0, at: $1) }
      let sorted = [checks[1], checks[2], checks[0], checks[3]]
      try await store.write { writer throws in
        for check in checks { try writer.insert(check, dnsArchive: [1, 2]) }
        #expect(throws: StoreError.exists) { try writer.insert(checks[0], dnsArchive: []) }
      }
      try await store.read { reader throws in
        #expect(try reader.keyChecks(of: name, limit: 9) == sorted)
        #expect(try reader.keyChecks(of: name, limit: 2) == Array(sorted[2...]))
        #expect(try reader.keyChecks(of: name, limit: 0) == [])
        #expect(try reader.keyChecks(of: "other._domainkey.party.example", limit: 9) == [])
        #expect(try reader.keyCheck(checks[1].id) == checks[1])
        #expect(try reader.keyCheck(RecordMaker.unknown()) == nil)
        #expect(try reader.keyCheckArchive(checks[1].id) == [1, 2])
        #expect(try reader.keyCheckArchive(RecordMaker.unknown()) == nil)
      }
    }
  ]
}

extension RecordMaker {
  mutating func keyCheck(
    _ name: String,
    found: PublishedKeys = .absent,
    at time: Int64 = 0
  ) -> KeyCheck {
    KeyCheck(id: id(), name: name, askedAt: Self.time(time), found: found)
  }
}
