import SeedCore
import SeedTesting
import Testing

struct ZipArchiveTests {
  private static let files: [String: [UInt8]] = [
    "case/bagit.txt": Array("BagIt-Version: 1.0\n".utf8), "case/data/a": [], "case/data/B/c": [0],
    "case/data/b.txt": Array(repeating: 7, count: 300),
  ]

  /// An archive of one small file, whose headers are at known places.
  private static let small = try? ZipArchive.bytes(of: ["c/a": [1, 2, 3]])

  @Test func `what is written is read again`() throws {
    let bytes = try ZipArchive.bytes(of: Self.files)
    #expect(try ZipArchive.files(in: bytes) == Self.files)
    #expect(try ZipArchive.bytes(of: Self.files) == bytes)
  }

  @Test func `an archive is written byte for byte as the format says`() throws {
    // The checksum of 1, 2, 3 is 55bc801d.
    let common =
      "0a00000000000000" + "2100" + "1d80bc55" + "03000000" + "03000000" + "0300" + "0000"
    let directory =
      "504b01020a03" + common + "000000000000" + "0000a481" + "00000000" + "632f61"
    let expected =
      "504b0304" + common + "632f61" + "010203" + directory + "504b0506" + "00000000"
      + "0100" + "0100" + "31000000" + "24000000" + "0000"
    #expect(try ZipArchive.bytes(of: ["c/a": [1, 2, 3]]).hex == expected)
  }

  @Test func `no archive is an archive without files`() throws {
    let bytes = try ZipArchive.bytes(of: [:])
    #expect(try ZipArchive.files(in: bytes) == [:])
    #expect(bytes.count == 22)
  }

  @Test func `any byte that is changed is refused, or is in the contents of a file`() throws {
    let bytes = try ZipArchive.bytes(of: Self.files)
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        // A checksum stands for the contents, too.
        #expect(throws: ZipArchive.Fault.self) { try ZipArchive.files(in: changed) }
      }
    }
  }

  @Test func `an archive that is cut or longer is refused`() throws {
    let bytes = try ZipArchive.bytes(of: Self.files)
    for count in bytes.indices {
      #expect(throws: ZipArchive.Fault.self) { try ZipArchive.files(in: Array(bytes[..<count])) }
    }
    #expect(throws: ZipArchive.Fault.self) { try ZipArchive.files(in: bytes + [0]) }
    #expect(throws: ZipArchive.Fault.noArchive) { try ZipArchive.files(in: [0] + bytes) }
  }

  @Test(arguments: [
    "a", "/a/b", "a//b", "a/", "../a/b", "a/../b", "a/./b", "a/.b", "a\\b/c", "a/b\\..\\c", "C:/a",
    "a/b c", "a/b\u{0}", "a/\u{e9}", "a/~", "",
  ])
  func `a path that could lead elsewhere is neither written nor read`(path: String) {
    #expect(throws: ZipArchive.Fault.unsafePath(entry: 0)) {
      try ZipArchive.bytes(of: [path: []])
    }
  }

  @Test(arguments: [
    ["a/b", "A/b"], ["a/b", "a/B"], ["a/b", "a/b/c"], ["a/B", "a/b/c"], ["a/b/c", "a/b.c", "a/B"],
  ])
  func `paths that are one on some file system are refused`(paths: [String]) {
    let files = Dictionary(uniqueKeysWithValues: paths.map { ($0, [UInt8]()) })
    #expect(throws: ZipArchive.Fault.self) { try ZipArchive.bytes(of: files) }
  }

  @Test(arguments: [
    // Offsets in the one local header, which is repeated in the directory at 36.
    ("compressed", 8, 8 + 38, [8, 0] as [UInt8]), ("encrypted", 6, 6 + 38, [1, 0]),
    ("with a data descriptor", 6, 6 + 38, [8, 0]), ("of another time", 10, 10 + 38, [1, 0]),
  ])
  func `an entry in another form is refused`(
    what: String,
    local: Int,
    directory: Int,
    value: [UInt8]
  ) throws {
    var bytes = try #require(Self.small)
    bytes.replaceSubrange(local..<local + 2, with: value)
    bytes.replaceSubrange(directory..<directory + 2, with: value)
    #expect(throws: ZipArchive.Fault.otherForm(entry: 0), "\(what)") {
      try ZipArchive.files(in: bytes)
    }
  }

  @Test func `a link is refused`() throws {
    var bytes = try #require(Self.small)
    // The mode in the directory: 0120777.
    bytes.replaceSubrange(36 + 40..<36 + 42, with: [0xff, 0xa1])
    #expect(throws: ZipArchive.Fault.otherForm(entry: 0)) { try ZipArchive.files(in: bytes) }
  }

  @Test func `headers that differ are refused`() throws {
    var bytes = try #require(Self.small)
    // The path in the local header alone.
    bytes[32] = UInt8(ascii: "b")
    #expect(throws: ZipArchive.Fault.otherForm(entry: 0)) { try ZipArchive.files(in: bytes) }
  }

  @Test func `a count over the limit is refused before an entry is read`() throws {
    var bytes = try #require(Self.small)
    let end = bytes.count - 22
    bytes.replaceSubrange(end + 8..<end + 12, with: [0x21, 0x4e, 0x21, 0x4e])
    #expect(throws: ZipArchive.Fault.tooLarge) { try ZipArchive.files(in: bytes) }
    bytes.replaceSubrange(end + 8..<end + 12, with: [0x20, 0x4e, 0x20, 0x4e])
    #expect(throws: ZipArchive.Fault.otherForm(entry: 1)) { try ZipArchive.files(in: bytes) }
  }

  @Test func `the limits hold at one below, at and one above`() throws {
    let name = String(repeating: "x", count: ZipArchive.pathByteCountMax - 2)
    #expect(try ZipArchive.bytes(of: ["c/" + name: []]).count > 0)
    #expect(throws: ZipArchive.Fault.tooLarge) {
      try ZipArchive.bytes(of: ["c/x" + name: []])
    }
    var files: [String: [UInt8]] = [:]
    for index in 0..<ZipArchive.fileCountMax { files["c/\(index)"] = [] }
    let bytes = try ZipArchive.bytes(of: files)
    #expect(try ZipArchive.files(in: bytes).count == ZipArchive.fileCountMax)
    files["c/more"] = []
    #expect(throws: ZipArchive.Fault.tooLarge) { try ZipArchive.bytes(of: files) }
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any bytes are read or refused`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var bytes = try ZipArchive.bytes(of: Self.files)
    for _ in 0..<200 {
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: bytes.indices, using: &random)
        bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? ZipArchive.files(in: bytes)
      let noise = (0..<Int.random(in: 0...80, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      #expect(throws: ZipArchive.Fault.self) { try ZipArchive.files(in: noise) }
    }
  }
}
