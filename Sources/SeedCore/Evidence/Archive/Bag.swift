import SeedCrypto
import SeedMail

/// The files of a bag, each by its path below the bag's folder (BagIt, RFC 8493).
public struct Bag: Sendable {
  /// The most lines a manifest may have.
  public static let lineCountMax = 1_000_000

  /// What is wrong with a bag.
  public enum Fault: Error, Sendable, Hashable {
    /// The file is not as it must be written.
    case malformed(String)
    /// The file has to be there, or a manifest names it, and it isn't.
    case missing(String)
    /// The file isn't what a manifest says that it is.
    case altered(String)
    /// The file is there, and a manifest that should name it doesn't.
    case unlisted(String)
    /// The manifest names a file outside of the bag, or where it may name none.
    case unsafePath(manifest: String)
    /// The manifest names a file twice.
    case duplicate(manifest: String)
    /// The version, the charset or the digest isn't known here; the file that says so.
    case unsupported(String)
  }

  /// The files.
  public let files: [String: [UInt8]]

  /// Takes files for a bag.
  public init(_ files: [String: [UInt8]]) { self.files = files }

  /// Everything that is wrong by the standard, in the order of the files; empty for a valid bag.
  ///
  /// Versions 0.93 to 1.0 are known. What is to be fetched has to have been fetched.
  public var faults: [Fault] {
    let declaration: Declaration
    do throws(Fault) { declaration = try Declaration(files["bagit.txt"]) } catch { return [error] }
    var faults: [Fault] = []
    let names = files.keys.sorted()
    let payload = names.filter { $0.hasPrefix("data/") }
    let payloadManifests = names.filter { Self.algorithm(of: $0, "manifest-") != nil }
    if payloadManifests.isEmpty { faults.append(.missing("manifest-sha256.txt")) }
    var listed: Set<String> = []
    for name in payloadManifests {
      let found = check(name, "manifest-", declaration, &faults) { $0.hasPrefix("data/") }
      // RFC 8493 §2.1.3: each manifest names every file; before, one of them had to.
      if declaration.isFinal {
        faults += payload.filter { !found.contains($0) }.map { .unlisted($0) }
      }
      listed.formUnion(found)
    }
    if !declaration.isFinal {
      faults += payload.filter { !listed.contains($0) }.map { .unlisted($0) }
    }
    for name in names where Self.algorithm(of: name, "tagmanifest-") != nil {
      _ = check(name, "tagmanifest-", declaration, &faults) {
        !$0.hasPrefix("data/") && !$0.hasPrefix("tagmanifest-")
      }
    }
    checkFetchList(declaration, listed, &faults)
    checkOxum(declaration, payload, &faults)
    var seen: Set<Fault> = []
    return faults.filter { seen.insert($0).inserted }
  }

  /// Checks a manifest; returns the files that it names.
  private func check(
    _ manifest: String,
    _ prefix: String,
    _ declaration: Declaration,
    _ faults: inout [Fault],
    isAllowed: (String) -> Bool
  ) -> Set<String> {
    guard let algorithm = Self.algorithm(of: manifest, prefix) else { return [] }
    guard let algorithm = DigestAlgorithm(rawValue: algorithm),
      let lines = declaration.lines(of: files[manifest] ?? []), lines.count <= Self.lineCountMax
    else {
      faults.append(.unsupported(manifest))
      return []
    }
    var listed: Set<String> = []
    for line in lines where !line.isEmpty {
      guard let end = line.firstIndex(where: { $0 == " " || $0 == "\t" }) else {
        faults.append(.malformed(manifest))
        continue
      }
      var path = line[end...].drop { $0 == " " || $0 == "\t" }
      // As md5sum and its like mark binary files.
      if path.first == "*" { path = path.dropFirst() }
      guard let path = declaration.path(path), isAllowed(path) else {
        faults.append(.unsafePath(manifest: manifest))
        continue
      }
      guard listed.insert(path).inserted else {
        faults.append(.duplicate(manifest: manifest))
        continue
      }
      guard let content = files[path] else {
        faults.append(.missing(path))
        continue
      }
      guard let digest = algorithm.hash(content) else {
        faults.append(.unsupported(manifest))
        continue
      }
      if digest.hexadecimal != line[..<end].lowercased() { faults.append(.altered(path)) }
    }
    return listed
  }

  /// RFC 8493 §2.2.3: what the list names has to be in a manifest, and is here by now.
  private func checkFetchList(
    _ declaration: Declaration,
    _ listed: Set<String>,
    _ faults: inout [Fault]
  ) {
    guard let content = files["fetch.txt"] else { return }
    guard let lines = declaration.lines(of: content), lines.count <= Self.lineCountMax else {
      return faults.append(.unsupported("fetch.txt"))
    }
    for line in lines where !line.isEmpty {
      let parts = line.split(maxSplits: 2) { $0 == " " || $0 == "\t" }
      guard parts.count == 3, let path = declaration.path(parts[2]), listed.contains(path) else {
        faults.append(.unsafePath(manifest: "fetch.txt"))
        continue
      }
    }
  }

  /// RFC 8493 §2.2.2: `Payload-Oxum` is the payload's bytes and files, where it is there.
  private func checkOxum(_ declaration: Declaration, _ payload: [String], _ faults: inout [Fault]) {
    guard let content = files["bag-info.txt"] else { return }
    guard let lines = declaration.lines(of: content), lines.count <= Self.lineCountMax else {
      return faults.append(.unsupported("bag-info.txt"))
    }
    let label = "payload-oxum:"
    for line in lines where line.lowercased().hasPrefix(label) {
      let value = line.dropFirst(label.count).filter { $0 != " " && $0 != "\t" }
      if value != oxum(of: payload) { faults.append(.malformed("bag-info.txt")) }
    }
  }

  /// The bytes and the number of some of the files, as `Payload-Oxum` has them.
  func oxum(of names: [String]) -> String {
    "\(names.reduce(0) { $0 + (files[$1]?.count ?? 0) }).\(names.count)"
  }

  /// The name of the digest in the name of a manifest.
  private static func algorithm(of name: String, _ prefix: String) -> String? {
    guard name.hasPrefix(prefix), name.hasSuffix(".txt"), !name.contains("/") else { return nil }
    return name.dropFirst(prefix.count).dropLast(4).lowercased()
  }
}

/// What `bagit.txt` says (RFC 8493 §2.1.1).
private struct Declaration {
  enum Charset { case utf8, latin1, utf16 }

  static let knownVersions = ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"]

  /// Whether it is version 1.0, and no draft.
  let isFinal: Bool
  let charset: Charset

  init(_ content: [UInt8]?) throws(Bag.Fault) {
    let name = "bagit.txt"
    guard let content else { throw .missing(name) }
    guard let text = String(validating: content, as: UTF8.self) else { throw .malformed(name) }
    var lines = Self.lines(of: text)
    if lines.last?.isEmpty == true { lines.removeLast() }
    let labels = ["BagIt-Version: ", "Tag-File-Character-Encoding: "]
    guard lines.count == 2, lines[0].hasPrefix(labels[0]), lines[1].hasPrefix(labels[1]) else {
      throw .malformed(name)
    }
    let version = String(lines[0].dropFirst(labels[0].count))
    guard Self.knownVersions.contains(version) else { throw .unsupported(name) }
    isFinal = version == "1.0"
    switch lines[1].dropFirst(labels[1].count).uppercased() {
    case "UTF-8": charset = .utf8
    case "ISO-8859-1": charset = .latin1
    case "UTF-16": charset = .utf16
    default: throw .unsupported(name)
    }
  }

  /// The lines of another tag file; `nil` where it isn't in the charset.
  func lines(of content: [UInt8]) -> [Substring]? {
    switch charset {
    case .utf8: String(validating: content, as: UTF8.self).map { Self.lines(of: $0) }
    case .latin1:
      Self.lines(of: String(String.UnicodeScalarView(content.map { Unicode.Scalar($0) })))
    case .utf16: utf16(content).map { Self.lines(of: $0) }
    }
  }

  private func utf16(_ content: [UInt8]) -> String? {
    guard content.count % 2 == 0, content.count >= 2 else { return content.isEmpty ? "" : nil }
    // RFC 2781 §4.3: without a mark the higher byte comes first.
    let isLittle = content[0] == 0xff && content[1] == 0xfe
    let isMarked = isLittle || content[0] == 0xfe && content[1] == 0xff
    let units = stride(from: isMarked ? 2 : 0, to: content.count, by: 2).map { index in
      let (first, second) = (UInt16(content[index]), UInt16(content[index + 1]))
      return isLittle ? second << 8 | first : first << 8 | second
    }
    return String(validating: units, as: UTF16.self)
  }

  private static func lines(of text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
  }

  /// A path as a manifest writes it; `nil` where it could lead out of the bag.
  func path(_ written: Substring) -> String? {
    var path = String(written)
    if path.hasPrefix("./") { path.removeFirst(2) }
    // RFC 8493 §2.1.3: line ends and, since the final version, the percent sign are encoded.
    for (code, character) in [("%0A", "\n"), ("%0D", "\r"), ("%0a", "\n"), ("%0d", "\r")] {
      path = path.split(separator: code, omittingEmptySubsequences: false)
        .joined(separator: character)
    }
    if isFinal {
      path = path.split(separator: "%25", omittingEmptySubsequences: false).joined(separator: "%")
    }
    let names = path.split(separator: "/", omittingEmptySubsequences: false)
    return names.contains { $0.isEmpty || $0 == "." || $0 == ".." } ? nil : path
  }
}
