import ArgumentParser
import Foundation
import SeedCore
import SeedMint
import SeedSQLite
import SeedService

/// `seedctl doctor`: checks what must hold, and says how to mend what doesn't.
struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check the home, the mail, DNS and the clock, and say how to mend what is wrong.",
    discussion: "It ends with 1 where a check failed."
  )

  @OptionGroup var homeOptions: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var checks: [Check] = []
    do {
      let session = try Session(homeOptions)
      checks = try await HomeChecks(session: session).run()
    } catch let error as any OperatorError {
      checks = [Check("home", .failed, error.description)]
    } catch let error as StoreError {
      checks = [
        Check(
          "store",
          .failed,
          StoreFailure(path: homeOptions.location.storePath, error).description
        )
      ]
    }
    if output.json {
      try output.printJSON(checks)
    } else {
      for check in checks { check.show() }
    }
    if checks.contains(where: { $0.status == .failed }) {
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }
}

/// What one check found.
struct Check: Encodable {
  /// Whether it holds.
  enum Status: String, Encodable { case ok, warning, failed }

  let check: String
  let status: Status
  let detail: String
  /// What to do about it; empty where there is nothing to do.
  let mend: String

  init(_ check: String, _ status: Status, _ detail: String, mend: String = "") {
    self.check = check
    self.status = status
    self.detail = detail
    self.mend = mend
  }

  func show() {
    let (mark, style): (String, Console.Style) =
      switch status {
      case .ok: ("ok  ", .good)
      case .warning: ("look", .warning)
      case .failed: ("BAD ", .bad)
      }
    print("\(Console.styled(mark, style))  \(check): \(Console.safe(detail))")
    if !mend.isEmpty { print("      \(mend)") }
  }
}

/// The checks of an open home.
struct HomeChecks {
  let session: Session
  private static let freeBytesMin: Int64 = 512 * 1024 * 1024
  private static let clockDifferenceMax = Duration.seconds(300)
  private static let checkpointDelayMax = Duration.seconds(60)

  func run() async throws -> [Check] {
    var checks = [Check("home", .ok, "\(session.home.path), closed to others")]
    checks.append(try await store())
    checks.append(try await ledger())
    checks += try await timestamps() + witnesses()
    checks.append(try await vault())
    checks.append(disk())
    checks += maildirs()
    checks.append(trust())
    checks += await dns()
    checks.append(try await clock())
    checks += try await queues()
    checks += try await channels()
    if !TransferLibrary.isLoaded {
      checks.append(
        Check(
          "libcurl",
          .failed,
          "it can't be loaded; webhooks, mail by SMTP and timestamps fail",
          mend: "install libcurl4"
        )
      )
    }
    return checks
  }

  private func store() async throws -> Check {
    if let problem = try await session.store.checkIntegrity().first {
      return Check(
        "store",
        .failed,
        problem,
        mend: "stop seedd, and run: seedctl restore BACKUP"
      )
    }
    let count = try await session.store.read { try $0.leafCount() }
    return Check("store", .ok, "whole, \(count) leaves")
  }

  private func ledger() async throws -> Check {
    do {
      let status = try await session.ledger().status()
      if let problem = status.problem { throw problem }
      if let refusal = status.refusal {
        return Check(
          "ledger",
          .warning,
          refusal.description,
          mend: "show the newest checkpoint that was published"
        )
      }
      let words = status.newest.map { CheckpointSummary($0).words } ?? "no checkpoint yet"
      let late = status.newest.map { Timestamp.now.duration(since: $0.signedAt) } ?? .zero
      if status.unsignedCount > 0,
        late > session.configuration.ledger.checkpointInterval + Self.checkpointDelayMax
      {
        return Check(
          "ledger",
          .warning,
          "\(status.unsignedCount) leaves wait for a checkpoint; the newest: \(words)",
          mend: "start seedd, or run: seedctl ledger checkpoint"
        )
      }
      return Check("ledger", .ok, words)
    } catch let error as any OperatorError {
      return Check(
        "ledger",
        .failed,
        error.description,
        mend: "nothing is signed until it is mended"
      )
    }
  }

  private func vault() async throws -> Check {
    do {
      let vault = try session.vault()
      let store = session.store
      let missing = try await vault.unregistered { seeds in
        try await store.read { store in Set(try seeds.filter { try store.seed($0) != nil }) }
      }
      let count = try await vault.addressCount()
      return Check(
        "vault",
        .ok,
        "\(count) addresses"
          + (missing.isEmpty ? "" : ", \(missing.count) of which were never handed out")
      )
    } catch let failure as Failure {
      return Check(
        "vault",
        .warning,
        failure.description,
        mend: "minting needs it; matching doesn't"
      )
    }
  }

  private func disk() -> Check {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: session.home.path)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else {
      return Check("disk", .warning, "its free space can't be told")
    }
    let words = "\(free / 1024 / 1024) MiB are free"
    return free < Self.freeBytesMin
      ? Check("disk", .warning, words, mend: "free some space, or move the home")
      : Check("disk", .ok, words)
  }

  private func maildirs() -> [Check] {
    guard !session.configuration.mail.maildirs.isEmpty else {
      return [
        Check("maildir", .warning, "none is configured", mend: "enter [mail] maildirs in seed.toml")
      ]
    }
    return session.configuration.mail.maildirs.map { path in
      let parts = ["new", "cur"].map { path + "/" + $0 }
      guard parts.allSatisfy(FileManager.default.fileExists) else {
        return Check(
          "maildir",
          .failed,
          "\(path) is no maildir",
          mend: "let the mail server deliver there once, or run: mkdir -p \(path)/{new,cur,tmp}"
        )
      }
      guard parts.allSatisfy(FileManager.default.isReadableFile) else {
        return Check(
          "maildir",
          .failed,
          "\(path) can't be read",
          mend: "run seedd as the user who owns it"
        )
      }
      return Check("maildir", .ok, path)
    }
  }

  private func trust() -> Check {
    let ids = session.configuration.mail.trustedAuthserv
    guard ids.isEmpty else {
      return Check("trust", .ok, "Authentication-Results of \(ids.joined(separator: ", "))")
    }
    return Check(
      "trust",
      .warning,
      "no authserv-id is trusted",
      mend:
        "enter the own mail server's name in [mail] trusted_authserv, so that its own hop is known"
    )
  }

  private func dns() async -> [Check] {
    let configuration = session.configuration
    guard (configuration.dns.zone ?? "").isEmpty else {
      return [Check("dns", .warning, "a zone file stands for the network")]
    }
    guard let resolver = try? configuration.network(in: session.home, clock: { .now }) else {
      return [
        Check("dns", .failed, "no resolver can be started", mend: "check [dns] in seed.toml")
      ]
    }
    let answer = await resolver.resolve(configuration.mail.domain, .mx)
    guard !answer.isTemporaryFailure else {
      return [
        Check(
          "dns",
          .failed,
          "no answer for \(configuration.mail.domain)",
          mend: "check the network and [dns] servers; judgements wait until it answers"
        )
      ]
    }
    return [Check("dns", .ok, "answers"), dnssec(await resolver.validation())]
  }

  private func dnssec(_ validation: NetworkResolver.Validation) -> Check {
    let mend =
      switch validation {
      case .on: ""
      case .off: "set [dns] trust_anchor = \"auto\""
      case .serversWithoutAnchor:
        "set [dns] trust_anchor = \"\(TrustAnchor.rootKeyPath)\" where those servers know DNSSEC"
      case .noRootKey: "install the package dns-root-data"
      case .unsupported: "ask a resolver that knows DNSSEC, such as a local unbound"
      }
    return Check("dnssec", mend.isEmpty ? .ok : .warning, validation.description, mend: mend)
  }

  private func clock() async throws -> Check {
    let now = Timestamp.now
    let newest = try await session.store.read { try $0.sightingSummary().newest }
    if let newest, newest.duration(since: now) > Self.clockDifferenceMax {
      return Check(
        "clock",
        .failed,
        "a message arrived at \(newest.rfc3339), after now (\(now.rfc3339))",
        mend: "set the clock, and keep it right with chrony or systemd-timesyncd"
      )
    }
    return Check("clock", .ok, now.rfc3339)
  }

  private func channels() async throws -> [Check] {
    let states = try await session.store.read { try $0.channelStates() }
    return try session.channelMaker().all.map { channel in
      Check(channel: channel, state: states.first { $0.channel == channel.name })
    }
  }

  private func queues() async throws -> [Check] {
    let (outbox, pending) = try await session.store.read { store in
      (try store.outboxCounts(), try store.pendingSightings(after: nil, limit: 1000).count)
    }
    var checks: [Check] = []
    if outbox.dead > 0 {
      checks.append(
        Check(
          "alerts",
          .failed,
          "\(outbox.dead) could not be delivered",
          mend: "see why: seedctl alert list --state dead; then: seedctl alert retry ALERT"
        )
      )
    } else {
      checks.append(Check("alerts", .ok, "\(outbox.waiting) wait to be delivered"))
    }
    if pending > 0 {
      checks.append(
        Check(
          "judgements",
          .warning,
          "\(pending) wait for DNS answers",
          mend: "seedd asks again by itself; after 72 hours it judges on what there is"
        )
      )
    }
    let quarantined =
      (try? FileManager.default.contentsOfDirectory(atPath: session.home.quarantinePath)) ?? []
    if !quarantined.isEmpty {
      checks.append(
        Check(
          "quarantine",
          .warning,
          "\(quarantined.count) messages were set aside",
          mend: "look at \(session.home.quarantinePath), and report the fault"
        )
      )
    }
    return checks
  }
}
