import SeedCrypto
import SeedMail

/// The files of a bundle, each by its path below the bag's folder.
struct BundleFiles: Sendable {
  let files: [String: [UInt8]]
  /// The names in each folder that holds files, in order.
  private let folders: [String: [String]]

  init(files: [String: [UInt8]]) {
    self.files = files
    var folders: [String: [String]] = [:]
    for path in files.keys {
      guard let slash = path.lastIndex(of: "/") else { continue }
      folders[String(path[..<slash]), default: []].append(String(path[path.index(after: slash)...]))
    }
    self.folders = folders.mapValues { $0.sorted() }
  }

  /// The contents of a file below `data/`.
  subscript(path: String) -> [UInt8]? { files["data/" + path] }

  /// The contents of a file that has to be there.
  func required(_ path: String) throws(Contradiction) -> [UInt8] {
    guard let content = self[path] else { throw Contradiction("\(path) is missing.") }
    return content
  }

  /// A file that has to be there, and to hold JSON in canonical form.
  func json(_ path: String) throws(Contradiction) -> JSONValue {
    let content = try required(path)
    guard let value = try? JSONValue(parsing: content), CanonicalJSON.bytes(of: value) == content
    else { throw Contradiction("\(path) isn't canonical JSON.") }
    return value
  }

  /// The names in a folder below `data/`, in order; folders in it are left out.
  func names(in folder: String) -> [String] { folders["data/" + folder] ?? [] }

  /// The files that the format doesn't know, in order.
  func strangers(_ description: BundleDescription) -> [String] {
    var known: Set<String> = [
      "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt",
    ]
    let fixed = [
      "README.txt", "claims.json", "report.html", "report.pdf", "ro-crate-metadata.json",
      "log/policy", "stats/guess-rate.json", "stats/controls.json", "tools/verify.sh",
      "tools/verify.py",
    ]
    let mint = ["record.json", "opening.json", "leaf", "mint.tlog-proof"]
    let message = [
      "message.eml", "header.eml", "meta.json", "opening.json", "leaf", "rcpt.tlog-proof",
      "judge.tlog-proof",
    ]
    known.formUnion(fixed.map { "data/" + $0 })
    for seed in description.seeds { known.formUnion(mint.map { "data/\(seed.part)/\($0)" }) }
    for entry in description.messages {
      known.formUnion(message.map { "data/\(entry.part)/\($0)" })
      // What is there is looked at with the message.
      known.formUnion(names(in: entry.part + "/dns").map { "data/\(entry.part)/dns/\($0)" })
    }
    known.formUnion(description.seeds.compactMap(\.notice).map { "data/notice/" + $0 })
    // What these are is looked at where the ledger is.
    for folder in ["log/checkpoints", "log/consistency", "tsa"] {
      known.formUnion(names(in: folder).map { "data/\(folder)/\($0)" })
    }
    return files.keys.filter { !known.contains($0) }.sorted()
  }

  /// The privacy notices that aren't what their names say, or aren't there.
  func brokenNotices(_ description: BundleDescription) -> [String] {
    description.seeds.compactMap(\.notice).filter { name in
      self["notice/" + name].map { SHA256.hash($0).hexadecimal != name } ?? true
    }
  }
}

extension JSONValue {
  /// The bytes of a member that is base64; `nil` where there is none, or of another length.
  func bytes(_ name: String, count: Int = SHA256.byteCount) -> [UInt8]? {
    guard let text = self[name]?.string, let bytes = try? Base64.decode(Array(text.utf8).span),
      bytes.count == count
    else { return nil }
    return bytes
  }
}
