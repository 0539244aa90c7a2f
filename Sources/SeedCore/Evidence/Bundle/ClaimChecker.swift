import SeedMail

/// Finds out what an evidence bundle shows: the one place where claims come from
/// (`docs/formats/bundle-v1.md`).
///
/// Exporting asks it as well, so that a report never says more than a verifier finds.
public enum ClaimChecker {
  /// The claims of a bundle, given the files of its bag.
  ///
  /// Rests on the files and on `trust` alone: no clock, no network, no home. Takes time in proportion
  /// to the files.
  public static func claims(
    of files: [String: [UInt8]],
    trust: BundleTrust = BundleTrust()
  ) async -> [Claim] {
    let faults = Bag(files).bundleFaults
    guard faults.isEmpty else { return [damaged(faults.map(\.description))] }
    let bundle = BundleFiles(files: files)
    let description: BundleDescription
    do throws(Contradiction) {
      description = try BundleDescription(bundle["claims.json"])
    } catch { return [damaged([error.reason])] }
    let strangers =
      bundle.strangers(description).map { "\($0) is no file of a bundle." }
      + bundle.brokenNotices(description).map { "notice/\($0) isn't the notice of that name." }
    guard strangers.isEmpty else { return [damaged(strangers)] }
    // What it says of itself was found by its own keys.
    let own = await found(bundle, description, BundleTrust())
    let overstated = own.filter { claim in
      description.verdicts[claim.key].map { $0 < claim.verdict } ?? false
    }
    let unknown = description.verdicts.keys.filter { key in !own.contains { $0.key == key } }
    guard overstated.isEmpty, unknown.isEmpty else {
      let reasons = overstated.map { "claims.json says more of claim \($0.number) than is shown." }
      let others = unknown.isEmpty ? [] : ["claims.json has claims that nothing is known of."]
      return [damaged(reasons + others)] + (await found(bundle, description, trust))
    }
    return trust.isEmpty ? own : await found(bundle, description, trust)
  }

  /// The claims of a bundle, given its archive.
  public static func claims(
    ofArchive archive: [UInt8],
    trust: BundleTrust = BundleTrust()
  ) async -> [Claim] {
    let named: [String: [UInt8]]
    do throws(ZipArchive.Fault) { named = try ZipArchive.files(in: archive) } catch {
      return refused([error.description])
    }
    let folders = Set(named.keys.map { $0.prefix { $0 != "/" } })
    // RFC 8493 §4: a serialization holds one folder, the bag's.
    guard folders.count == 1, let folder = folders.first else {
      return refused(["The archive holds more than one folder, or none."])
    }
    let files = named.map { (String($0.key.dropFirst(folder.count + 1)), $0.value) }
    return await claims(of: Dictionary(uniqueKeysWithValues: files), trust: trust)
  }

  /// The one claim of what can't even be read as a bundle, for reasons that are sentences.
  public static func refused(_ reasons: [String]) -> [Claim] { [damaged(reasons)] }

  /// The claims of a bundle that is being written, which doesn't have them yet.
  static func claims(of payload: BundleFiles) async throws(Contradiction) -> [Claim] {
    await found(payload, try BundleDescription(payload["claims.json"]), BundleTrust())
  }

  private static func damaged(_ reasons: [String]) -> Claim {
    Claim(
      number: 0,
      verdict: .failed,
      statement: "the bundle is as it was written",
      reasons: reasons + ["Nothing in it is relied on."],
      refutedBy: "The same bundle from whoever exported it, unaltered."
    )
  }

  private static func found(
    _ files: BundleFiles,
    _ description: BundleDescription,
    _ trust: BundleTrust
  ) async -> [Claim] {
    do throws(Contradiction) {
      let ledger = try BundleLedger(files, trust: trust)
      let mints = description.seeds.map { MintCheck($0, files, ledger) }
      try ledger.checkConsistencyProofs(besides: Set(mints.compactMap { $0.record?.after.size }))
      var messages: [MessageCheck] = []
      for entry in description.messages {
        guard let seed = mints.first(where: { $0.seed.part == entry.seed }) else { continue }
        messages.append(await MessageCheck(entry, seed: seed, files, ledger, trust))
      }
      let guesses = GuessCheck(files, ledger)
      let judge = ClaimJudge(
        description: description,
        isAlone: mints.count == 1,
        guesses: guesses,
        messages: messages
      )
      return mints.flatMap { judge.claims(of: $0) } + [judge.unalteredClaim]
    } catch {
      // Where the ledger contradicts itself or the policy, nothing that it holds is relied on.
      return ClaimJudge.failed(description, error.reason)
    }
  }
}
