import SeedCore
import SeedMail

extension FuzzEntry {
  private static let files: [String: [UInt8]] = [
    "data/a": [1, 2, 3], "data/b/c": Array("x\n".utf8),
  ]

  /// Archives: any bytes are refused, or are what would be written of the files in them.
  static let archive = FuzzEntry(
    "archive",
    words: ["PK\u{3}\u{4}", "PK\u{1}\u{2}", "PK\u{5}\u{6}", "data/", "../"],
    seeds: {
      [
        try ZipArchive.bytes(of: Dictionary(uniqueKeysWithValues: files.map { ("x/" + $0, $1) })),
        try ZipArchive.bytes(of: [:]),
      ]
    }
  ) { bytes in
    guard let files = try? ZipArchive.files(in: bytes) else { return }
    let again = try? ZipArchive.bytes(of: files)
    try require(again == bytes, "an archive can be written in one way only")
  }

  /// Bags with a tag file in the place of a good one's.
  static let bag = FuzzEntry(
    "bag",
    words: ["BagIt-Version: ", "  data/a\n", "Payload-Oxum: ", "\r", "%0A", "./", "../"],
    seeds: {
      let bag = Bag(payload: files, info: [("Source-Organization", "A")])
      return bag.files.filter { !$0.key.hasPrefix("data/") }.map(\.value)
    }
  ) { bytes in
    let bag = Bag(payload: files, info: [])
    try require(bag.bundleFaults.isEmpty, "a bag that was written is valid")
    let names = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    for name in names where bag.files[name] != bytes {
      var files = bag.files
      files[name] = bytes
      try require(!Bag(files).bundleFaults.isEmpty, "a bag can be written in one way only")
      files["fetch.txt"] = bytes
      files["manifest-md5.txt"] = bytes
      _ = Bag(files).faults
    }
  }

  /// Evidence bundles with a file in the place of a good one's, and the manifests made anew: no file
  /// of a stranger makes a claim better. The input's first byte chooses the file.
  static let bundle = FuzzEntry(
    "bundle",
    words: ["{\"", "\":\"", "\u{2014} ", "\n", "data/", "null"],
    seeds: {
      let sample = try await SampleBundle.sample.value
      return sample.names.indices.prefix(256).map { index in
        [UInt8(index)] + (sample.files[sample.names[index]] ?? [])
      }
    }
  ) { bytes in
    guard let first = bytes.first else { return }
    let sample = try await SampleBundle.sample.value
    let name = sample.names[Int(first) % sample.names.count]
    var payload = sample.files.filter { $0.key.hasPrefix("data/") }
    payload[name] = Array(bytes.dropFirst())
    let bag = Bag(payload: payload, info: sample.info)
    let claims = await ClaimChecker.claims(of: bag.files, trust: sample.trust)
    try require(!claims.isEmpty, "a bundle has an answer")
    // What is claimed at all, its exporter says in the one file that is left out here.
    for claim in claims where name != "data/claims.json" && claim.verdict != .failed {
      let before = sample.ranks[SampleBundle.key(claim)]
      try require(
        before.map { $0 <= SampleBundle.rank(claim) } ?? false,
        "no file of a stranger makes a claim better"
      )
    }
  }
}
