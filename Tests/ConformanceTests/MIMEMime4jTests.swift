import Foundation
import FoundationXML
import SeedCore
import SeedTesting
import Testing

/// The suite of Apache James mime4j: 80 messages, each with its structure as XML, once as it is
/// written and once decoded, and the decoded bodies in files.
struct MIMEMime4jTests {
  @Test func `the messages are read as mime4j reads them`() throws {
    guard let suite = Suite.named("mime-mime4j") else { return }
    var misses: [String] = []
    var messageCount = 0
    var facts = (same: 0, all: 0)
    for folder in ["mimetools-testmsgs", "testmsgs"] {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: suite.folder.appending(path: folder).path
      )
      for file in files.sorted() where file.hasSuffix(".msg") {
        messageCount += 1
        let name = String(file.dropLast(4))
        let structure = MIMEStructure(
          of: Message(parsing: try suite.bytes("\(folder)/\(file)"))
        )
        var comparison = Mime4jComparison(structure, suite, folder)
        for variant in [".xml", "_decoded.xml"] {
          let tree = try Element.parse(suite.bytes("\(folder)/\(name)\(variant)"))
          try comparison.compare(0, with: tree, at: variant)
        }
        facts = (facts.same + comparison.sameCount, facts.all + comparison.factCount)
        if !comparison.differences.isEmpty {
          misses.append("\(name): " + comparison.differences.joined(separator: "; "))
        }
      }
    }
    suite.report(
      "messages",
      passed: messageCount - misses.count,
      total: messageCount,
      misses: misses
    )
    suite.report("facts", passed: facts.same, total: facts.all)
    #expect(messageCount == 80)
    #expect(misses.count <= 7)
    #expect(facts.same * 100 >= facts.all * 98)
  }
}

/// An element of the suite's XML.
private final class Element: NSObject, XMLParserDelegate {
  let name: String
  let file: String?
  private(set) var children: [Element] = []
  private(set) var text = ""
  private var open: [Element] = []

  private init(name: String, file: String?) {
    self.name = name
    self.file = file
  }

  static func parse(_ bytes: [UInt8]) throws -> Element {
    // The files have no declaration and are in Latin 1 where they are not ASCII.
    let text =
      String(validating: bytes, as: UTF8.self)
      ?? String(decoding: bytes.map { UInt16($0) }, as: UTF16.self)
    let root = Element(name: "", file: nil)
    root.open = [root]
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = root
    guard parser.parse(), let top = root.children.first else {
      throw parser.parserError ?? CocoaError(.fileReadCorruptFile)
    }
    return top
  }

  subscript(_ name: String) -> [Element] { children.filter { $0.name == name } }

  func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    let child = Element(name: name, file: attributes["name"])
    open.last?.children.append(child)
    open.append(child)
  }

  func parser(
    _ parser: XMLParser,
    didEndElement name: String,
    namespaceURI: String?,
    qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    open.last?.text += string
  }
}

/// Compares a message with its XML.
private struct Mime4jComparison {
  private let structure: MIMEStructure
  private let suite: Suite
  private let folder: String
  private(set) var differences: [String] = []
  private(set) var factCount = 0
  private(set) var sameCount = 0

  init(_ structure: MIMEStructure, _ suite: Suite, _ folder: String) {
    self.structure = structure
    self.suite = suite
    self.folder = folder
  }

  /// `message` and `body-part` hold a header and one of a body, a multipart and a message.
  mutating func compare(_ index: Int, with expected: Element, at path: String) throws {
    let message = structure.message(at: index)
    let fields = message.fields.map { field in
      Self.normal(message.bytes[field.whole.lowerBound..<field.body.upperBound])
    }
    let wanted = expected["header"].first?["field"].map { Self.normal(Array($0.text.utf8)) } ?? []
    for position in 0..<max(fields.count, wanted.count) {
      let found = position < fields.count ? fields[position] : "nothing"
      let field = position < wanted.count ? wanted[position] : "nothing"
      note(found == field, "\(path) field \(found.prefix(50)), not \(field.prefix(50))")
    }
    guard let content = expected.children.first(where: { $0.name != "header" }) else {
      return note(false, "\(path) nothing is expected")
    }
    let part = structure.parts[index]
    let children = structure.children(of: index)
    switch content.name {
    case "multipart":
      let parts = content["body-part"]
      note(part.isMultipart, "\(path) no multipart")
      note(children.count == parts.count, "\(path) \(children.count) parts, not \(parts.count)")
      compare(part.preamble, content["preamble"].first, message, at: "\(path) preamble")
      compare(part.epilogue, content["epilogue"].first, message, at: "\(path) epilogue")
      for (position, (child, element)) in zip(children, parts).enumerated() {
        try compare(child, with: element, at: "\(path)/\(position + 1)")
      }
    case "message":
      guard let child = children.first else { return note(false, "\(path) holds no message") }
      try compare(child, with: content, at: "\(path)/message")
    case "body":
      let found = Self.normal(structure.encodedBytes(of: index)[...])
      note(found == Self.normal(Array(content.text.utf8)), "\(path) body \(found.prefix(60))")
    case "text-body", "binary-body":
      let wanted = try suite.bytes("\(folder)/\(content.file ?? "")")
      let found = structure.decodedBytes(of: index) ?? []
      let isText = content.name == "text-body"
      let isSame =
        isText
        ? Self.normal(found[...]) == Self.normal(wanted[...])
          || Self.normal(Array((structure.decodedText(of: index) ?? "").utf8))
            == Self.normal(wanted[...])
        : found == wanted
      note(isSame, "\(path) \(content.name) of \(found.count) bytes, not those \(wanted.count)")
    default:
      note(false, "\(path) unknown element \(content.name)")
    }
  }

  private mutating func compare(
    _ range: Range<Int>?,
    _ element: Element?,
    _ message: Message,
    at path: String
  ) {
    let found = Self.normal(message.bytes[range ?? 0..<0])
    let wanted = Self.normal(Array((element?.text ?? "").utf8))
    note(
      found == wanted,
      "\(path) \(found.prefix(40).debugDescription), not \(wanted.prefix(40).debugDescription)"
    )
  }

  private mutating func note(_ isSame: Bool, _ difference: @autoclosure () -> String) {
    factCount += 1
    if isSame { sameCount += 1 } else { differences.append(difference()) }
  }

  /// XML turns line ends into LF and the files' text is Latin 1; the first line end in an element is
  /// the XML's own.
  private static func normal(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt16] = []
    let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
    let units =
      isUTF8 ? Array(String(decoding: bytes, as: UTF8.self).utf16) : bytes.map { UInt16($0) }
    for unit in units {
      if unit == 0x0D { continue }
      text.append(unit)
    }
    return String(decoding: text, as: UTF16.self).trimmingCharacters(in: .newlines)
  }
}
