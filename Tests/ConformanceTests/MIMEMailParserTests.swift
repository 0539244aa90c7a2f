import Foundation
import SeedCore
import SeedTesting
import Testing

/// The suite of Stalwart's mail-parser: 107 messages, each with LF and with CRLF, and lists of header
/// fields, with what that parser makes of them as JSON.
///
/// Compared is what the standards settle: names and offsets of fields, addresses, dates, texts,
/// types and parameters, the tree, bodies and attachments. Not compared are `is_encoding_problem`,
/// and Received fields, which have a test of their own.
struct MIMEMailParserTests {
  typealias JSON = [String: Any]

  @Test func `the messages are read as mail-parser reads them`() throws {
    guard let suite = Suite.named("mime-mail-parser") else { return }
    var misses: [String] = []
    var total = 0
    var facts = (same: 0, all: 0)
    for folder in ["legacy", "malformed", "rfc", "thirdparty"] {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: suite.folder.appending(path: "eml/\(folder)").path
      )
      for file in files.sorted() where file.hasSuffix(".eml") {
        let path = "eml/\(folder)/\(file.dropLast(4))"
        let bytes = try suite.bytes(path + ".eml")
        for (variant, input) in [("", Self.withLF(bytes)), (".crlf", Self.withCRLF(bytes))] {
          total += 1
          let expected = try JSONSerialization.jsonObject(
            with: Data(suite.bytes(path + variant + ".json"))
          )
          let comparison = Comparison(MIMEStructure(of: Message(parsing: input)))
          comparison.compare(root: 0, with: expected as? JSON ?? [:], at: "")
          facts = (facts.same + comparison.sameCount, facts.all + comparison.factCount)
          if !comparison.differences.isEmpty {
            misses.append(path + variant + ": " + comparison.differences.joined(separator: "; "))
          }
        }
      }
    }
    suite.report("messages", passed: total - misses.count, total: total, misses: misses)
    suite.report("facts", passed: facts.same, total: facts.all)
    #expect(total == 214)
    #expect(misses.count <= 22)
    #expect(facts.same * 100 >= facts.all * 98)
  }

  @Test(arguments: ["address", "content_type", "date", "id", "list", "unstructured"])
  func `the header fields are read as mail-parser reads them`(file: String) throws {
    guard let suite = Suite.named("mime-mail-parser") else { return }
    let cases = try JSONSerialization.jsonObject(with: Data(suite.bytes(file + ".json")))
    var misses: [String] = []
    let all = cases as? [JSON] ?? []
    for (index, item) in all.enumerated() {
      let header = item["header"] as? String ?? ""
      let message = Message(parsing: Array("X:\(header)".utf8))
      guard let field = message.fields.first, let expected = item["expected"] else {
        misses.append("\(index): no field")
        continue
      }
      let values = FieldValues(message, field)
      let difference =
        switch file {
        case "address": values.addresses(expected as? JSON ?? [:])
        case "content_type": values.contentType(expected as? JSON)
        case "date": values.date(expected as? JSON)
        case "id": values.identifiers(expected as? [String] ?? [])
        case "list": values.list(expected as? [String] ?? [])
        default: values.text(expected as? String ?? "")
        }
      if let difference { misses.append("\(index): \(difference)") }
    }
    suite.report(file, passed: all.count - misses.count, total: all.count, misses: misses)
    #expect(!all.isEmpty)
    #expect(misses.count <= 5)
  }

  private static func withLF(_ bytes: [UInt8]) -> [UInt8] {
    bytes.filter { $0 != 0x0D }
  }

  private static func withCRLF(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes {
      if byte == 0x0A, result.last != 0x0D { result.append(0x0D) }
      result.append(byte)
    }
    return result
  }
}

/// Compares a message with its JSON.
private final class Comparison {
  typealias JSON = MIMEMailParserTests.JSON
  private let structure: MIMEStructure
  private(set) var differences: [String] = []
  /// How many facts were compared, and how many of them are the same.
  private(set) var factCount = 0
  private(set) var sameCount = 0

  init(_ structure: MIMEStructure) { self.structure = structure }

  func compare(root: Int, with expected: JSON, at path: String) {
    let wanted = expected["parts"] as? [JSON] ?? []
    let indices = flattened(root)
    guard indices.count == wanted.count else {
      factCount += wanted.count
      differences.append("\(path) has \(indices.count) parts, not \(wanted.count)")
      return
    }
    for (position, index) in indices.enumerated() {
      compare(part: index, with: wanted[position], at: "\(path)/\(position)", indices)
    }
    let bodies = structure.bodies(of: root)
    // That parser takes a part with an encoding problem for an attachment.
    let broken = wanted.indices.filter { wanted[$0]["is_encoding_problem"] as? Bool == true }
    func numbers(_ list: [Int]) -> [Int] {
      list.compactMap { indices.firstIndex(of: $0) }.filter { !broken.contains($0) }
    }
    for (name, list) in [
      ("text_body", bodies.text), ("html_body", bodies.html), ("attachments", bodies.attachments),
    ] {
      let wanted = (expected[name] as? [Int])?.filter { !broken.contains($0) }
      note(numbers(list) == wanted, "\(path) \(name) \(numbers(list)), not \(wanted ?? [])")
    }
  }

  /// The parts of one message, without those of messages in it.
  private func flattened(_ root: Int) -> [Int] {
    var result = [root]
    for index in structure.parts.indices where index > root {
      guard let parent = structure.parts[index].parent, result.contains(parent),
        structure.parts[parent].isMultipart
      else { continue }
      result.append(index)
    }
    return result
  }

  private func compare(part index: Int, with expected: JSON, at path: String, _ indices: [Int]) {
    let part = structure.parts[index]
    compareFields(of: index, with: expected["headers"] as? [JSON] ?? [], at: path)
    let body = expected["body"] as? JSON ?? [:]
    if let children = body["Multipart"] as? [Int] {
      let found = structure.children(of: index).compactMap { indices.firstIndex(of: $0) }
      note(found == children, "\(path) children \(found), not \(children)")
    } else if let message = body["Message"] as? JSON {
      guard let child = structure.children(of: index).first else {
        return note(false, "\(path) holds no message")
      }
      compare(root: child, with: message, at: path + "/message")
    } else if let text = body["Text"] as? String ?? body["Html"] as? String {
      // Where base64 is broken that parser gives what is written, and this one decodes the rest.
      let isBroken = expected["is_encoding_problem"] as? Bool == true
      let written = String(decoding: structure.encodedBytes(of: index), as: UTF8.self)
      let decoded = part.encoding == .uuencode ? written : structure.decodedText(of: index)
      note(
        sameText(decoded ?? "nil", text) || isBroken && sameText(written, text),
        "\(path) text \(Self.short(decoded)), not \(Self.short(text))"
      )
    } else if let bytes = (body["Binary"] ?? body["InlineBinary"]) as? [Int] {
      // That parser leaves uuencoded parts as they are.
      let isLeft = part.encoding == .uuencode
      let found = isLeft ? structure.encodedBytes(of: index) : structure.decodedBytes(of: index)
      let decoded = found?.map(Int.init)
      note(decoded == bytes, "\(path) \(decoded?.count ?? -1) bytes, not those \(bytes.count)")
    } else {
      note(false, "\(path) unknown body")
    }
    note(part.body.lowerBound == expected["offset_body"] as? Int, "\(path) body begins elsewhere")
    if !part.isMultipart {
      note(
        part.body.upperBound == expected["offset_end"] as? Int,
        "\(path) ends at \(part.body.upperBound), not \(expected["offset_end"] ?? "")"
      )
    }
  }

  private func compareFields(of index: Int, with expected: [JSON], at path: String) {
    let message = structure.message(at: index)
    guard message.fields.count == expected.count else {
      return note(false, "\(path) has \(message.fields.count) fields, not \(expected.count)")
    }
    for (field, wanted) in zip(message.fields, expected) {
      let name = String(decoding: message.bytes[field.name], as: UTF8.self).lowercased()
      let other = (wanted["name"] as? JSON)?["other"] as? String
      let wantedName = other ?? (wanted["name"] as? String ?? "").replacing("_", with: "-")
      note(name == wantedName.lowercased(), "\(path) field \(name), not \(wantedName)")
      let offsets = [field.whole.lowerBound, field.body.lowerBound, field.whole.upperBound]
      let wantedOffsets = ["offset_field", "offset_start", "offset_end"].map { wanted[$0] as? Int }
      note(
        offsets == wantedOffsets,
        "\(path) \(name) lies at \(offsets), not \(wantedOffsets.map { $0 ?? -1 })"
      )
      let difference = FieldValues(message, field).compare(name, wanted["value"])
      note(difference == nil, "\(path) \(name): \(difference ?? "")")
    }
  }

  private func note(_ isSame: Bool, _ difference: @autoclosure () -> String) {
    factCount += 1
    if isSame { sameCount += 1 } else { differences.append(difference()) }
  }

  private static func short(_ text: String?) -> String {
    "\"\(String((text ?? "nil").prefix(60)))\""
  }
}

/// Bytes that are no UTF-8, in a header or in text without a charset, are U+FFFD there, and windows-1252
/// here; neither is settled.
private func sameText(_ found: String, _ wanted: String) -> Bool {
  found.unicodeScalars.count == wanted.unicodeScalars.count
    && zip(found.unicodeScalars, wanted.unicodeScalars).allSatisfy {
      $0 == $1 || $1 == "\u{FFFD}" && ("\u{80}"..."\u{FFFF}").contains($0)
    }
}

/// What is read from one field, against what the suite reads; `nil` where both are the same.
private struct FieldValues {
  typealias JSON = MIMEMailParserTests.JSON
  private let message: Message
  private let field: HeaderField

  init(_ message: Message, _ field: HeaderField) {
    self.message = message
    self.field = field
  }

  func compare(_ name: String, _ value: Any?) -> String? {
    let value = value as? JSON ?? (value as? String).map { [$0: ""] } ?? [:]
    if let list = value["Address"] as? JSON { return addresses(list) }
    if let type = value["ContentType"] as? JSON { return contentType(type) }
    if let time = value["DateTime"] as? JSON { return date(time) }
    if let list = value["TextList"] as? [String] { return identifiers(list) }
    if let text = value["Text"] as? String {
      let isIdentifier = ["message-id", "content-id", "return-path", "in-reply-to"].contains(name)
      return isIdentifier ? identifiers([text]) : self.text(text)
    }
    if value["Empty"] != nil {
      switch name {
      case "date": return message.date(of: field) == nil ? nil : "a date"
      case "content-disposition":
        return message.contentDisposition(of: field).kind.isEmpty ? nil : "a disposition"
      default: return text("")
      }
    }
    return value["Received"] == nil ? "unknown value" : nil
  }

  func addresses(_ expected: JSON) -> String? {
    let wanted: [[String]]
    if let list = expected["List"] as? [JSON] {
      wanted = list.map { ["", Self.name($0), Self.address($0)] }
    } else {
      wanted = (expected["Group"] as? [JSON] ?? []).flatMap { group in
        let name = Self.name(group)
        let members = group["addresses"] as? [JSON] ?? []
        return [[name]] + members.map { [name, Self.name($0), Self.address($0)] }
      }
    }
    let list = message.addresses(in: field)
    let hasGroups = expected["Group"] != nil
    let found = list.groups.flatMap { group -> [[String]] in
      let name = Self.withComments(group.name, group.comments)
      let members = group.entries.map {
        [
          name, Self.withComments($0.mailbox.displayName, $0.comments),
          $0.mailbox.address.lowercased(),
        ]
      }
      return hasGroups ? [[name]] + members : members
    }
    let isSame =
      found.count == wanted.count
      && zip(found, wanted).allSatisfy { found, wanted in
        // A word without `@` may be a name or a local part; RFC 5322 has neither.
        Self.same(found, wanted)
          || found.count > 1 && found[1].isEmpty && wanted[2].isEmpty
            && found[2] == wanted[1].lowercased()
      }
    return isSame ? nil : "\(found), not \(wanted)"
  }

  func contentType(_ expected: JSON?) -> String? {
    let wanted = expected.map { expected -> [String] in
      let list = expected["attributes"] as? [Any] ?? []
      let attributes = list.map { item -> String in
        let pair = item as? [String]
        let object = item as? JSON
        let name = pair?.first ?? object?["name"] as? String ?? ""
        let value = pair?.last ?? object?["value"] as? String ?? ""
        return "\(name)=\(value)"
      }
      return [Self.string(expected["c_type"]), Self.string(expected["c_subtype"])]
        + attributes.sorted()
    }
    let found = message.contentType(of: field).map { type -> [String] in
      let attributes = type.parameters.flatMap { parameter in
        ["\(parameter.name)=\(parameter.value)"]
          + (parameter.language.map { ["\(parameter.name)-language=\($0)"] } ?? [])
      }
      return [type.type, type.subtype] + attributes.sorted()
    }
    let isSame = Self.same(found ?? [], wanted ?? [])
    return isSame ? nil : "\(found ?? []), not \(wanted ?? [])"
  }

  func date(_ expected: JSON?) -> String? {
    let wanted = expected.flatMap { expected -> Timestamp? in
      func number(_ name: String) -> Int { expected[name] as? Int ?? 0 }
      guard
        let days = CivilDate.dayNumber(
          year: number("year"),
          month: number("month"),
          day: number("day")
        )
      else { return nil }
      let zone = (number("tz_hour") * 60 + number("tz_minute")) * 60
      let isWest = expected["tz_before_gmt"] as? Bool == true
      let time = (number("hour") * 60 + number("minute")) * 60 + number("second")
      return Timestamp(seconds: Int64(days * 86_400 + time + (isWest ? zone : -zone)))
    }
    let found = message.date(of: field)
    return found == wanted ? nil : "\(found?.rfc3339 ?? "nil"), not \(wanted?.rfc3339 ?? "nil")"
  }

  func identifiers(_ expected: [String]) -> String? {
    let found = message.messageIDs(in: field)
    return found == expected ? nil : "\(found), not \(expected)"
  }

  func list(_ expected: [String]) -> String? {
    let found = message.text(of: field).split(separator: ",").map {
      $0.trimmingCharacters(in: .whitespaces)
    }.filter { !$0.isEmpty }
    return found == expected ? nil : "\(found), not \(expected)"
  }

  func text(_ expected: String) -> String? {
    let found = message.text(of: field)
    // Fields that are not known to that parser stay folded.
    let expected = expected.replacing(
      /\r?\n[ \t]+/.matchingSemantics(.unicodeScalar),
      with: " "
    )
    return Self.same([found], [expected]) ? nil : "\"\(found)\", not \"\(expected)\""
  }

  private static func same(_ found: [String], _ wanted: [String]) -> Bool {
    found.count == wanted.count && zip(found, wanted).allSatisfy(sameText)
  }

  private static func string(_ value: Any?) -> String { value as? String ?? "" }

  private static func name(_ value: JSON) -> String { string(value["name"]) }

  /// The suite keeps routes and the white space of obsolete syntax, which RFC 5322 §4.4 makes no part
  /// of the address, and the domain's case.
  private static func address(_ value: JSON) -> String {
    var address = string(value["address"]).filter { !$0.isWhitespace }
    if address.hasPrefix("@"), let colon = address.firstIndex(of: ":") {
      address = String(address[address.index(after: colon)...])
    }
    return address.lowercased()
  }

  /// The suite puts the comments behind the name.
  private static func withComments(_ name: String?, _ comments: [String]) -> String {
    let joined = comments.joined(separator: " ")
    guard let name, !comments.isEmpty, name != joined else { return name ?? joined }
    return "\(name) (\(joined))"
  }
}
