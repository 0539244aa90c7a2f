import Foundation
import GRDB
import SeedCore
import SeedSQLite
import SeedService

/// Looks at a home after a crash: what was recorded, delivered and published, and what must hold.
struct CrashWitness {
  private let site: CrashSite

  init(_ site: CrashSite) { self.site = site }

  /// What a run leaves in the store, but for numbers and times: the same after every crash.
  func summary() throws -> [String] {
    try query(
      """
      SELECT 'delivery', base_name, hex(message_digest) FROM delivery
      UNION ALL SELECT 'sighting', d.base_name, s.recipient || ' ' || j.class || ' ' || j.grade
        FROM sighting s JOIN delivery d ON d.id = s.delivery
          JOIN current_sighting c ON c.sighting = s.id
          JOIN judgement j ON j.sequence = c.judgement
      UNION ALL SELECT 'finding', sender_domain,
        class || ' ' || severity || ' ' || state || ' ' || sighting_count FROM finding
      UNION ALL SELECT 'outbox', channel, state || ' ' || count(*) FROM outbox
        GROUP BY channel, state
      UNION ALL SELECT 'leaf', kind, count(*) FROM leaf GROUP BY kind
      UNION ALL SELECT 'counts', '', sum(recipients) || ' ' || sum(known) || ' ' || sum(unknown)
        FROM day_count
      ORDER BY 1, 2, 3
      """
    ).map { $0.joined(separator: " ") }
  }

  /// The channels with alerts that weren't delivered.
  func waitingChannels() throws -> [String] {
    let names = CrashStory.channels.map { "'\($0)'" }.joined(separator: ", ")
    return try query(
      "SELECT DISTINCT channel FROM outbox WHERE state <> 'delivered' AND channel IN (\(names))"
    ).map { $0[0] }
  }

  /// What doesn't hold once the home was started again.
  func problems(number: Int) async throws -> [String] {
    try await ledgerProblems() + checkpointProblems() + deliveryProblems(number: number)
      + mailProblems(try files()) + folderProblems()
  }

  /// What doesn't hold before it: a message that was touched must be in the store.
  func earlyProblems() throws -> [String] {
    let files = try files()
    guard site.story.messages.keys.contains(where: { files["new/\($0)"] == nil }) else { return [] }
    // A copy, since opening the store would mend it.
    let copy = site.root + ".store"
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try FileManager.default.copyItem(atPath: site.homePath + "/store", toPath: copy)
    let known = try DatabaseQueue(path: copy + "/seed.db").read { db in
      try Set(String.fetchAll(db, sql: "SELECT base_name FROM delivery"))
    }
    return site.story.messages.keys
      .filter { files["new/\($0)"] == nil && !known.contains($0) }
      .map { "message \($0) was touched before it was recorded" }
  }

  private func ledgerProblems() async throws -> [String] {
    let home = Home(path: site.homePath)
    let store = try SQLiteStore.open(at: home.storePath)
    let configuration = try Configuration.load(path: home.configurationPath, environment: [:])
    let ledger = try await home.ledger(configuration.configuration, store: store)
    let report = try await ledger.verify()
    let integrity = try await store.checkIntegrity()
    try store.close()
    return report.faults.map { "ledger: \($0.place): \($0.problem)" }
      + integrity.map { "store: \($0)" }
  }

  /// Checkpoints that somebody may have read, and the ledger doesn't know.
  private func checkpointProblems() throws -> [String] {
    let known = try Set(
      query("SELECT size, hex(root_hash) FROM checkpoint").map { $0[0] + " " + $0[1] }
    )
    // A copy that was not finished is of what nobody could have read yet.
    let names = try FileManager.default.contentsOfDirectory(atPath: site.seenPath)
    return try names.filter { !$0.hasSuffix(".new") }.compactMap { name in
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(site.seenPath)/\(name)")))
      let head = try Checkpoint(parsing: SignedNote(parsing: bytes).text).head
      let hash = head.rootHash.map { String(format: "%02X", $0) }.joined()
      return known.contains("\(head.size) \(hash)")
        ? nil : "the checkpoint over \(head.size) leaves was shown and is denied"
    }
  }

  /// Alerts that didn't arrive, or under another name.
  private func deliveryProblems(number: Int) throws -> [String] {
    var got: [String: Set<String>] = [:]
    for entry in try site.receivers.entries() {
      if entry.method == "MAIL" {
        guard entry.headers["envelope"]?.contains("<\(number)@owner.example>") == true else {
          continue
        }
        let key = entry.body.firstMatch(of: /Message-ID: <([^.>]+)\./).map { String($0.1) }
        got["mail", default: []].insert(key ?? "none")
      } else if entry.path == "/\(number)", !entry.json.isEmpty {
        got["hook", default: []].insert(entry.headers["webhook-id"] ?? "none")
      }
    }
    let lines = FileManager.default.contents(atPath: "\(site.commandSink)-\(number)") ?? Data()
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      let json = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
      let id = json.flatMap { $0["id"] ?? $0["finding"] } as? String
      got["command", default: []].insert(id ?? "none")
    }
    try? FileManager.default.removeItem(atPath: "\(site.commandSink)-\(number)")
    return try CrashStory.channels.compactMap { channel in
      let keys = try query("SELECT key FROM outbox WHERE channel = '\(channel)'").map { row in
        // A command is told the finding, and not the alert's own name.
        channel == "command" ? String(row[0].prefix { $0 != "-" }) : row[0]
      }
      return got[channel] == Set(keys)
        ? nil : "\(channel) got \(got[channel]?.sorted() ?? []) of \(keys.sorted())"
    }
  }

  /// Messages that are gone, or changed.
  private func mailProblems(_ files: [String: Data]) -> [String] {
    site.story.messages.sorted { $0.key < $1.key }.compactMap { name, text in
      let copies = files.filter {
        $0.key == "new/\(name)" || $0.key.hasPrefix(".Archive/cur/\(name):")
      }
      if copies.isEmpty { return "message \(name) is lost" }
      return copies.values.allSatisfy { $0 == Data(text.utf8) } ? nil : "message \(name) changed"
    }
  }

  /// What runs leave behind for ever.
  private func folderProblems() throws -> [String] {
    let spool = try FileManager.default.contentsOfDirectory(atPath: site.homePath + "/spool")
    let quarantine = try FileManager.default.contentsOfDirectory(
      atPath: site.homePath + "/spool/quarantine"
    )
    return spool.filter { !["ledger.lock", "seedd.lock", "quarantine"].contains($0) }
      .map { "spool/\($0) stays behind" } + quarantine.map { "\($0) is in quarantine" }
  }

  /// The files of the maildir, by their paths in it.
  private func files() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for folder in ["new", "cur", "tmp", ".Archive/new", ".Archive/cur", ".Archive/tmp"] {
      let path = "\(site.root)/mail/\(folder)"
      for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
        files["\(folder)/\(name)"] = try Data(contentsOf: URL(filePath: "\(path)/\(name)"))
      }
    }
    return files
  }

  private func query(_ sql: String) throws -> [[String]] {
    let database = try DatabaseQueue(path: site.homePath + "/store/seed.db")
    defer { try? database.close() }
    return try database.read { db in
      try Row.fetchAll(db, sql: sql).map { row in
        row.databaseValues.map { value in
          switch value.storage {
          case .null: ""
          case .int64(let number): "\(number)"
          case .double(let number): "\(number)"
          case .string(let text): text
          case .blob(let bytes): bytes.map { String(format: "%02x", $0) }.joined()
          }
        }
      }
    }
  }
}
