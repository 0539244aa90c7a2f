public import SeedMail

extension SeedAddress {
  /// The most addresses that ``nearMisses(of:)`` gives.
  public static let nearMissCountMax = 2048

  /// The minted addresses that a recipient is one typing error away from: a wrong symbol, two that
  /// were swapped, a missing one, one too many.
  ///
  /// The check symbol leaves few of the many: about forty where the error is in the tag. Where the
  /// tag is whole, which one guess in 32 is, every error in the stem is tried.
  public static func nearMisses(of mailbox: Mailbox) -> [SeedAddress] {
    guard let literal = SeedAddress(mailbox) else { return [] }
    var found: Set<[UInt8]> = [literal.localPart]
    var addresses: [SeedAddress] = []
    for profile in AddressTag.Profile.allCases {
      let search = NearMissSearch(local: literal.localPart[...], symbolCount: profile.symbolCount)
      for localPart in search.candidates() where found.insert(localPart).inserted {
        addresses.append(SeedAddress(localPart: localPart, domain: literal.domain))
      }
    }
    return addresses
  }
}

/// The local parts with a tag of one length that lie one edit away from what was written.
private struct NearMissSearch {
  let local: ArraySlice<UInt8>
  let symbolCount: Int

  func candidates() -> [[UInt8]] { replaced() + missing() + extra() + swappedAcross() }

  /// A wrong symbol, or two that were swapped; errors in the stem where the tag is whole.
  private func replaced() -> [[UInt8]] {
    let head = local.dropLast(symbolCount)
    let read = local.suffix(symbolCount).map(SeedAlphabet.value)
    let unread = read.indices.filter { read[$0] == nil }
    let values = read.map { $0 ?? 0 }
    guard values.count == symbolCount, unread.count <= 1 else { return [] }
    let syndrome = SeedAlphabet.syndrome(of: values)
    if syndrome == 0, unread.isEmpty { return stemEdits(of: head, tag: values) }
    guard SeedAddress.isHead(head) else { return [] }
    var results: [[UInt8]] = []
    for index in unread.isEmpty ? Array(values.indices) : unread {
      var repaired = values
      repaired[index] ^= SeedAlphabet.correction(of: syndrome, at: index, count: symbolCount)
      results.append(head + SeedAlphabet.text(of: repaired))
    }
    guard unread.isEmpty else { return results }
    for index in 1..<symbolCount {
      var swapped = values
      swapped.swapAt(index - 1, index)
      guard SeedAlphabet.syndrome(of: swapped) == 0 else { continue }
      results.append(head + SeedAlphabet.text(of: swapped))
    }
    return results
  }

  /// A symbol of the tag that was left out.
  private func missing() -> [[UInt8]] {
    let head = local.dropLast(symbolCount - 1)
    let values = local.suffix(symbolCount - 1).compactMap(SeedAlphabet.value)
    guard values.count == symbolCount - 1, SeedAddress.isHead(head) else { return [] }
    return (0..<symbolCount).map { index in
      var repaired = values
      repaired.insert(0, at: index)
      let syndrome = SeedAlphabet.syndrome(of: repaired)
      repaired[index] = SeedAlphabet.correction(of: syndrome, at: index, count: symbolCount)
      return head + SeedAlphabet.text(of: repaired)
    }
  }

  /// A byte in the tag that is one too many.
  private func extra() -> [[UInt8]] {
    let head = local.dropLast(symbolCount + 1)
    let window = Array(local.suffix(symbolCount + 1))
    guard window.count == symbolCount + 1, SeedAddress.isHead(head) else { return [] }
    return window.indices.compactMap { index in
      let values = (window[..<index] + window[(index + 1)...]).compactMap(SeedAlphabet.value)
      guard values.count == symbolCount, SeedAlphabet.syndrome(of: values) == 0 else { return nil }
      return head + SeedAlphabet.text(of: values)
    }
  }

  /// The last letter of the stem and the first symbol of the tag, swapped.
  private func swappedAcross() -> [[UInt8]] {
    let boundary = local.count - symbolCount
    guard boundary > 0 else { return [] }
    var swapped = Array(local)
    swapped.swapAt(boundary - 1, boundary)
    let head = swapped[..<boundary]
    let values = swapped[boundary...].compactMap(SeedAlphabet.value)
    guard values.count == symbolCount, SeedAlphabet.syndrome(of: values) == 0,
      SeedAddress.isHead(head)
    else { return [] }
    return [head + SeedAlphabet.text(of: values)]
  }

  private func stemEdits(of head: ArraySlice<UInt8>, tag: [UInt8]) -> [[UInt8]] {
    let stem = Array(SeedAddress.stem(of: head))
    guard stem.count <= SeedAddress.stemByteCountMax + 1 else { return [] }
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    var edits: [[UInt8]] = []
    for index in stem.indices {
      edits.append(Array(stem[..<index] + stem[(index + 1)...]))
      for letter in letters { edits.append(stem[..<index] + [letter] + stem[(index + 1)...]) }
      guard index > 0 else { continue }
      var swapped = stem
      swapped.swapAt(index - 1, index)
      edits.append(swapped)
    }
    for index in 0...stem.count {
      for letter in letters { edits.append(stem[..<index] + [letter] + stem[index...]) }
    }
    let user = head.dropLast(stem.count)
    return edits.filter { SeedAddress.isHead(user + $0) }
      .map { user + $0 + SeedAlphabet.text(of: tag) }
  }
}
