import SeedCrypto
import SeedTesting
import Testing

@testable import SeedCore

struct BagTests {
  private static let bag = Bag(
    payload: ["data/a.txt": Array("one".utf8), "data/b/c": []],
    info: [("Source-Organization", "Example")]
  )

  @Test func `a bag that was written is valid`() {
    #expect(Self.bag.faults == [])
    #expect(Self.bag.bundleFaults == [])
  }

  @Test func `a bag is written byte for byte as the format says`() {
    let text = Self.bag.files.mapValues { String(decoding: $0, as: UTF8.self) }
    #expect(text["bagit.txt"] == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    #expect(text["bag-info.txt"] == "Payload-Oxum: 3.2\nSource-Organization: Example\n")
    #expect(
      text["manifest-sha256.txt"] == """
        7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  data/a.txt
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  data/b/c

        """
    )
    let tags = text["tagmanifest-sha256.txt"]?.split(separator: "\n").map {
      $0.split(separator: " ")
    }
    #expect(tags?.map { $0.last } == ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"])
  }

  @Test func `any bit that is changed is a fault`() {
    for (name, content) in Self.bag.files {
      for index in content.indices {
        for bit in 0..<8 {
          var files = Self.bag.files
          files[name]?[index] ^= 1 << UInt8(bit)
          #expect(Bag(files).bundleFaults != [], "\(name) \(index) \(bit)")
        }
      }
    }
  }

  @Test func `a file that is removed, added, renamed or copied is a fault`() {
    for (name, content) in Self.bag.files {
      var files = Self.bag.files
      files[name] = nil
      #expect(Bag(files).bundleFaults != [])
      files["x-" + name] = content
      #expect(Bag(files).bundleFaults != [])
      files = Self.bag.files
      files[name + "2"] = content
      #expect(Bag(files).bundleFaults != [])
    }
    for name in [
      "data/x", "x.txt", "manifest-md5.txt", "tagmanifest-sha512.txt", "fetch.txt", "meta/x",
    ] {
      var files = Self.bag.files
      files[name] = []
      #expect(Bag(files).bundleFaults != [], "\(name)")
    }
  }

  @Test func `the faults name what is wrong`() {
    var files = Self.bag.files
    files["data/a.txt"] = Array("two".utf8)
    #expect(Bag(files).faults == [.altered("data/a.txt")])
    files["data/a.txt"] = nil
    #expect(
      Bag(files).faults == [.missing("data/a.txt"), .malformed("bag-info.txt")]
    )
    files = Self.bag.files
    files["data/d"] = [1]
    #expect(Bag(files).faults.contains(.unlisted("data/d")))
    files["extra"] = []
    #expect(Bag(files).bundleFaults == [.unlisted("extra")])
  }

  @Test(arguments: [
    ("../a", Bag.Fault.unsafePath(manifest: "manifest-sha256.txt")),
    ("/etc/passwd", .unsafePath(manifest: "manifest-sha256.txt")),
    ("data/../../a", .unsafePath(manifest: "manifest-sha256.txt")),
    ("data//a", .unsafePath(manifest: "manifest-sha256.txt")),
    ("bagit.txt", .unsafePath(manifest: "manifest-sha256.txt")),
    ("data/none", .missing("data/none")),
    ("data/a.txt", .duplicate(manifest: "manifest-sha256.txt")),
    ("./data/a.txt", .duplicate(manifest: "manifest-sha256.txt")),
  ])
  func `a line that a manifest may not have is a fault`(path: String, fault: Bag.Fault) {
    var files = Self.bag.files
    let digest = String(repeating: "0", count: 64)
    files["manifest-sha256.txt"]? += Array("\(digest)  \(path)\n".utf8)
    #expect(Bag(files).faults.contains(fault))
  }

  @Test(arguments: [
    "", "BagIt-Version: 1.0\n", "BagIt-Version: 1.1\nTag-File-Character-Encoding: UTF-8\n",
    "BagIt-Version:1.0\nTag-File-Character-Encoding: UTF-8\n",
    "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-7\n",
    "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n",
    "\u{feff}BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n\n\n",
  ])
  func `a declaration that isn't one is a fault`(text: String) {
    var files = Self.bag.files
    files["bagit.txt"] = Array(text.utf8)
    #expect(Bag(files).faults.count == 1)
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `any bytes are a bag or have faults`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let names = [
      "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "fetch.txt", "tagmanifest-md5.txt",
    ]
    let alphabet = Array(
      "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\r%./a 0\u{e9}".utf8
    )
    for _ in 0..<100 {
      var files = Self.bag.files
      for name in names where Bool.random(using: &random) {
        files[name] = (0..<Int.random(in: 0...60, using: &random)).map { _ in
          Bool.random(using: &random)
            ? alphabet[Int.random(in: alphabet.indices, using: &random)]
            : UInt8.random(in: 0...255, using: &random)
        }
      }
      if files != Self.bag.files { #expect(Bag(files).bundleFaults != []) }
    }
  }
}
