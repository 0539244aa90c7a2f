import SeedMail

extension Dossier {
  /// What of the ledger's checkpoints and timestamps says when the leaves of a dossier came about.
  struct LedgerExcerpt {
    /// The checkpoints, and the tokens over them and before them; the smallest first.
    let checkpoints: [SignedCheckpoint], timestamps: [TimestampToken]

    private static let pageSize = 100
    /// How many tokens of one checkpoint are read: more authorities than anybody has.
    private static let authorityCountMax = 32

    init(
      seeds: [SeedEntry],
      messages: [Message],
      days: [DayEntry],
      openings: [Identifier<Seed>: MintOpening],
      in store: any StoreReader
    ) throws {
      let births = seeds.compactMap(\.mint?.index) + messages.compactMap(\.receipt?.index)
      let others =
        messages.flatMap { message in
          message.looks.compactMap(\.dns?.index) + message.judgements.compactMap(\.leaf?.index)
        } + days.map(\.leaf.index)
      let stamps = try Self.stamps(in: store)
      var sizes: Set<Int64> = []
      for index in births + others {
        // Both are in order of size.
        sizes.formUnion(Self.first(of: stamps) { $0.size > index }.map { [$0.size] } ?? [])
      }
      for index in births {
        sizes.formUnion(try store.checkpoints(from: index + 1, limit: 1).map(\.head.size))
      }
      for opening in openings.values {
        guard case .alias(_, let record, _) = opening,
          let after = try? MintRecord(parsing: record).after.size
        else { continue }
        sizes.insert(after)
        // A token whose own leaf is under the record's checkpoint was there before the record.
        sizes.formUnion(stamps.last { $0.leafIndex < after }.map { [$0.size] } ?? [])
      }
      sizes.formUnion(stamps.last.map { [$0.size] } ?? [])
      let newest = [try store.newestCheckpoint(), try store.newestWitnessedCheckpoint()]
      sizes.formUnion(newest.compactMap(\.?.head.size))
      checkpoints = try sizes.sorted().compactMap { try store.checkpoint(size: $0) }
      timestamps = try sizes.sorted().flatMap { size in
        try store.timestamps(from: size, limit: Self.authorityCountMax)
          .filter { $0.checkpointSize == size }
      }
    }

    /// Where a token stands, without its bytes.
    private struct Stamp {
      let size: Int64, leafIndex: Int64
    }

    /// Every token of the ledger, in the order of the sizes that they cover.
    private static func stamps(in store: any StoreReader) throws -> [Stamp] {
      var all: [Stamp] = []
      var from: Int64 = 0
      while true {
        let page = try store.timestamps(from: from, limit: pageSize)
        guard let last = page.last else { return all }
        // The next page begins at a size, so this one ends before a size that may go on behind it.
        let isLast = page.count < pageSize
        let whole = isLast ? page : page.filter { $0.checkpointSize < last.checkpointSize }
        all += (whole.isEmpty ? page : whole)
          .map { Stamp(size: $0.checkpointSize, leafIndex: $0.leafIndex) }
        if isLast { return all }
        from = whole.isEmpty ? last.checkpointSize + 1 : last.checkpointSize
      }
    }

    /// The first element from which on a condition holds, in a list where it holds for all later ones.
    private static func first(of stamps: [Stamp], where holds: (Stamp) -> Bool) -> Stamp? {
      var low = 0
      var high = stamps.count
      while low < high {
        let middle = (low + high) / 2
        if holds(stamps[middle]) { high = middle } else { low = middle + 1 }
      }
      return low < stamps.count ? stamps[low] : nil
    }
  }
}
