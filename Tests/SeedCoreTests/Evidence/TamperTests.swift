import SeedCrypto
import SeedTesting
import Testing

@testable import SeedCore

/// What somebody does who alters a bundle, with the manifests left as they were and made anew.
struct TamperTests {
  @Test func `a bit in every 64 bytes of every file`() async throws {
    let (files, _, _) = try await BundleStory.plain.value
    var count = 0
    for (name, content) in files {
      for index in stride(from: 0, to: content.count, by: 64) {
        var changed = files
        changed[name]?[index] ^= 1 << UInt8(index / 64 % 8)
        #expect(await isFailed(changed), "\(name) \(index)")
        count += 1
      }
    }
    #expect(count > 1000)
  }

  @Test func `a file that is removed, added, renamed, copied or exchanged`() async throws {
    let (files, _, _) = try await BundleStory.plain.value
    let names = files.keys.sorted()
    for (name, other) in zip(names, names.dropFirst() + names.prefix(1)) {
      var changed = files
      changed[name] = nil
      #expect(await isFailed(changed), "without \(name)")
      changed[name + ".bak"] = files[name]
      #expect(await isFailed(changed), "\(name) renamed")
      changed = files
      changed[name + "2"] = files[name]
      #expect(await isFailed(changed), "\(name) copied")
      changed = files
      (changed[name], changed[other]) = (files[other], files[name])
      #expect(await isFailed(changed) || files[name] == files[other], "\(name) exchanged")
      changed = files
      changed[name] = []
      #expect(await isFailed(changed), "\(name) emptied")
    }
    for name in ["data/x", "data/mint/01/leaf", "data/msg/99/leaf", "x", "data/tools/x.py"] {
      var changed = files
      changed[name] = Array("x".utf8)
      #expect(await isFailed(changed), "\(name) added")
    }
  }

  @Test func `a bit in every 32 bytes of what proofs cover, with new manifests`() async throws {
    let (files, story, _) = try await BundleStory.plain.value
    var count = 0
    for (name, content) in files where Self.isProved(name) {
      for index in stride(from: 0, to: content.count, by: 32) {
        var changed = files
        changed[name]?[index] ^= 1 << UInt8(index / 32 % 8)
        #expect(await isFailed(changed.rebagged, story.trust), "\(name) \(index)")
        count += 1
      }
    }
    #expect(count > 300)
  }

  @Test func `a file that proofs cover is removed, added or exchanged, with new manifests`()
    async throws
  {
    let (files, story, _) = try await BundleStory.plain.value
    let names = files.keys.filter(Self.isProved).sorted()
    for (name, other) in zip(names, names.dropFirst() + names.prefix(1)) {
      var changed = files
      changed[name] = nil
      #expect(await isFailed(changed.rebagged, story.trust), "without \(name)")
      changed = files
      changed[name + "2"] = files[name]
      #expect(await isFailed(changed.rebagged, story.trust), "\(name) copied")
      guard files[name] != files[other] else { continue }
      changed = files
      (changed[name], changed[other]) = (files[other], files[name])
      #expect(await isFailed(changed.rebagged, story.trust), "\(name) exchanged")
    }
  }

  @Test func `no bit anywhere, with new manifests, makes a claim better`() async throws {
    let (files, story, _) = try await BundleStory.plain.value
    let before = await ClaimChecker.claims(of: files, trust: story.trust)
    for (name, content) in files where Self.isRead(name) && !Self.isProved(name) {
      for index in stride(from: -1, to: content.count, by: 64) {
        var changed = files
        // Once the file is taken away.
        if index < 0 {
          changed[name] = nil
        } else {
          changed[name]?[index] ^= 1 << UInt8(index / 64 % 8)
        }
        let claims = await ClaimChecker.claims(of: changed.rebagged, trust: story.trust)
        guard claims.first?.number != 0, claims.count == before.count else { continue }
        for (old, new) in zip(before, claims) {
          #expect(new.verdict >= old.verdict, "\(name) \(index): \(new)")
        }
      }
    }
  }

  @Test func `another organisation or sender in claims.json`() async throws {
    let (files, story, _) = try await BundleStory.plain.value
    for (old, new, claim) in [
      ("\"key\":\"party.example\"", "\"key\":\"other.example\"", nil),
      ("\"domain\":\"party.example\"", "\"domain\":\"victim.example\"", nil),
      ("\"name\":\"Example Petitions\"", "\"name\":\"Victim\"", nil as Int?),
    ] {
      var text = String(decoding: files["data/claims.json"] ?? [], as: UTF8.self)
      text = text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
      var changed = files
      changed["data/claims.json"] = Array(text.utf8)
      let claims = await ClaimChecker.claims(of: changed.rebagged, trust: story.trust)
      #expect(
        !claims.contains { $0.statement.contains("victim") && $0.verdict < .notShown },
        "\(new) \(claim ?? 0)"
      )
      #expect(claims != [])
    }
  }

  @Test func `a bundle that says more of itself than it shows fails`() async throws {
    let (files, story, _) = try await BundleStory.plain.value
    let text = String(decoding: files["data/claims.json"] ?? [], as: UTF8.self)
    var changed = files
    changed["data/claims.json"] = Array(
      text.split(separator: "SUPPORTED", maxSplits: 1).joined(separator: "PROVED").utf8
    )
    for trust in [BundleTrust(), story.trust] {
      let claims = await ClaimChecker.claims(of: changed.rebagged, trust: trust)
      #expect(claims.first?.number == 0)
      #expect(claims.first?.verdict == .failed)
    }
  }

  @Test func `a message that never arrived can't be slipped in`() async throws {
    let (files, story, organisation) = try await BundleStory.plain.value
    var changed = files
    // Signed by the right domain, and after the fact.
    let other = try BundleStory()
    let another = try await other.tellPlainCase(participant: nil)
    let their = try await other.files(of: another, from: "party.example")
    #expect(organisation.name == another.name)
    changed["data/msg/02/message.eml"] = their["data/msg/02/message.eml"]
    #expect(await isFailed(changed.rebagged, story.trust))
  }

  @Test func `every byte of the archive counts`() async throws {
    let (files, story, organisation) = try await BundleStory.plain.value
    let archive = try await story.writer(of: organisation, from: "party.example").archive(of: files)
    // The checksum of an entry is worked out for each try, so not every byte is tried here:
    // `ZipArchiveTests` does that with a small archive.
    for index in stride(from: 0, to: archive.count, by: 997) {
      var changed = archive
      changed[index] ^= 1 << UInt8(index % 8)
      #expect(throws: ZipArchive.Fault.self, "\(index)") { try ZipArchive.files(in: changed) }
    }
  }

  /// What is looked at, and not only there for people.
  private static func isRead(_ name: String) -> Bool {
    let parts = name.split(separator: "/")
    return name == "data/claims.json"
      || parts.count > 2 && ["mint", "msg", "log", "tsa", "stats", "notice"].contains(parts[1])
  }

  /// What must be there and as it was. A token, a count or a cosignature that is taken away, or made
  /// one of somebody whom nobody knows, only shows less.
  private static func isProved(_ name: String) -> Bool {
    let parts = name.split(separator: "/")
    return isRead(name) && parts.count > 2 && !["tsa", "stats"].contains(parts[1])
      && !name.hasPrefix("data/log/checkpoints/") && name != "data/log/policy"
  }

  private func isFailed(
    _ files: [String: [UInt8]],
    _ trust: BundleTrust = BundleTrust()
  ) async -> Bool {
    await ClaimChecker.claims(of: files, trust: trust).contains { $0.verdict == .failed }
  }
}

/// The scripts inside the bundle come to the same verdicts.
@Suite(.enabled(if: VerifierScript.isHere))
struct VerifierScriptTests {
  @Test func `the script agrees on a bundle, with and without keys`() async throws {
    let (files, story, _) = try await BundleStory.plain.value
    let script = try #require(files["data/tools/verify.py"])
    for (policy, authority) in [
      (nil, nil), (story.policy, nil), (nil, story.root), (story.policy, story.root),
    ] as [([UInt8]?, [UInt8]?)] {
      var trust = BundleTrust()
      if policy != nil { trust.policy = story.trust.policy }
      if authority != nil { trust.authorities = story.trust.authorities }
      let claims = await ClaimChecker.claims(of: files, trust: trust)
      let found = try VerifierScript.run(
        files,
        script: script,
        policy: policy,
        authority: authority
      )
      #expect(found.summary == claims.summary, "\(found.output)")
      #expect(found.status == 0)
    }
  }

  @Test(arguments: [BundleEdition.reviewer, .public])
  func `the script agrees on other editions`(edition: BundleEdition) async throws {
    let (whole, story, organisation) = try await BundleStory.plain.value
    let script = try #require(whole["data/tools/verify.py"])
    for withholds in [false, true] {
      let files = try await story.files(
        of: organisation,
        from: "party.example",
        edition: edition,
        withholdsBodies: withholds
      )
      let claims = await ClaimChecker.claims(of: files, trust: story.trust)
      let found = try VerifierScript.run(
        files,
        script: script,
        policy: story.policy,
        authority: story.root
      )
      #expect(found.summary == claims.summary, "\(found.output)")
    }
  }

  @Test func `the script finds what was altered, with new manifests`() async throws {
    let (files, story, _) = try await BundleStory.plain.value
    let script = try #require(files["data/tools/verify.py"])
    for (number, name) in files.keys.sorted().enumerated() where name.hasPrefix("data/") {
      guard number % 2 == 0 else { continue }
      var changed = files
      let index = number * 131 % max(1, files[name]?.count ?? 1)
      changed[name]?[index] ^= 1 << UInt8(number % 8)
      let bag = changed.rebagged
      let claims = await ClaimChecker.claims(of: bag, trust: story.trust)
      let found = try VerifierScript.run(
        bag,
        script: script,
        policy: story.policy,
        authority: story.root
      )
      let isFailed = claims.contains { $0.verdict == .failed }
      #expect(
        (found.status == 1) == isFailed,
        "\(name) \(index): \(claims.summary) \(found.output)"
      )
    }
  }
}

extension [String: [UInt8]] {
  /// The same payload in a new bag, as an attacker makes it.
  var rebagged: [String: [UInt8]] {
    Bag(payload: filter { $0.key.hasPrefix("data/") }, info: []).files
  }
}
