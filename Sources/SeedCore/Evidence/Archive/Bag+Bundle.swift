import SeedCrypto
import SeedMail

extension Bag {
  private static let declaration = Array(
    "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8
  )
  private static let payloadManifest = "manifest-sha256.txt"
  private static let tagManifest = "tagmanifest-sha256.txt"

  /// Makes a bag of a payload, whose paths begin with `data/`, in the one form that
  /// ``bundleFaults`` accepts.
  ///
  /// - Parameter info: Labels and values of `bag-info.txt`, in order; the size of the payload comes
  ///   first.
  package init(payload: [String: [UInt8]], info: [(label: String, value: String)]) {
    precondition(payload.keys.allSatisfy { $0.hasPrefix("data/") })
    var files = payload
    let oxum = Bag(payload).oxum(of: Array(payload.keys))
    let lines = [("Payload-Oxum", oxum)] + info.map { ($0.label, $0.value) }
    files["bag-info.txt"] = Array(lines.map { "\($0): \($1)\n" }.joined().utf8)
    files["bagit.txt"] = Self.declaration
    files[Self.payloadManifest] = Self.manifest(of: payload)
    files[Self.tagManifest] = Self.manifest(of: files.filter { !$0.key.hasPrefix("data/") })
    self.init(files)
  }

  /// What is wrong with an evidence bundle as a bag; the standard's own rules come first.
  ///
  /// Beyond the standard, the tag files are these four and no others, and the manifests are as they
  /// are written here, byte for byte: nothing is left that could be added, or said in another way.
  package var bundleFaults: [Fault] {
    let payload = files.filter { $0.key.hasPrefix("data/") }
    var tags = files.filter { !$0.key.hasPrefix("data/") }
    let manifest = tags.removeValue(forKey: Self.tagManifest)
    let names = ["bag-info.txt", "bagit.txt", Self.payloadManifest]
    let others = tags.keys.filter { !names.contains($0) }.sorted().map { Fault.unlisted($0) }
    // First, since each manifest more would have every file hashed once more.
    guard others.isEmpty else { return others }
    var faults = faults
    faults += (names + [Self.tagManifest]).filter { files[$0] == nil }.map { .missing($0) }
    if tags["bagit.txt"] != Self.declaration { faults.append(.malformed("bagit.txt")) }
    if tags[Self.payloadManifest] != Self.manifest(of: payload) {
      faults.append(.altered(Self.payloadManifest))
    }
    if manifest != Self.manifest(of: tags) { faults.append(.altered(Self.tagManifest)) }
    var seen: Set<Fault> = []
    return faults.filter { seen.insert($0).inserted }
  }

  private static func manifest(of files: [String: [UInt8]]) -> [UInt8] {
    let sorted = files.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let lines = sorted.map { "\(SHA256.hash($0.value).hexadecimal)  \($0.key)\n" }
    return Array(lines.joined().utf8)
  }
}

extension Bag.Fault: CustomStringConvertible {
  /// The fault in words: a sentence that names the file.
  public var description: String {
    switch self {
    case .malformed(let name): "\(name) isn't as it must be written."
    case .missing(let name): "\(name) is missing."
    case .altered(let name): "\(name) was altered."
    case .unlisted(let name): "\(name) doesn't belong to the bag."
    case .unsafePath(let manifest): "\(manifest) names a file that it may not."
    case .duplicate(let manifest): "\(manifest) names a file twice."
    case .unsupported(let name): "\(name) asks for what isn't known here."
    }
  }
}
