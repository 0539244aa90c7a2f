import Foundation
import SeedMail
import SeedTesting
import Testing

/// What `Authentication-Results` fields say, by the tests of authres and of the DKIM Verifier add-on.
struct AuthenticationResultsConformanceTests {
  private static func read(_ header: String) -> AuthenticationResultsField? {
    guard let colon = header.firstIndex(of: ":") else { return nil }
    let body = Array(header[header.index(after: colon)...].utf8)
    return try? AuthenticationResultsField(parsing: body.span)
  }

  @Test func `authres's examples are read as it does`() throws {
    guard let suite = Suite.named("authres-python") else { return }
    var doctest = Doctest()
    for line in try String(decoding: suite.bytes("authres/tests"), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    {
      doctest.read(String(line))
    }
    suite.report(
      passed: doctest.total - doctest.misses.count,
      total: doctest.total,
      misses: doctest.misses
    )
    #expect(doctest.total > 100)
    #expect(doctest.misses.isEmpty)
  }

  /// Follows the parsed objects through the doctest: `arobj = ….parse('…')`, then expressions on
  /// it, each with the line that Python prints.
  private struct Doctest {
    var total = 0
    var misses: [String] = []
    private var field: AuthenticationResultsField?
    private var isRefusalExpected = false
    private var expression: String?

    mutating func read(_ line: String) {
      if line.contains(".parse('"), let start = line.firstRange(of: ".parse('")?.upperBound,
        let end = line.lastIndex(of: "'"), start < end
      {
        // A try block prints the error, on the line after.
        expression = nil
        field = AuthenticationResultsConformanceTests.read(String(line[start..<end]))
        isRefusalExpected = line.contains("try:") || line.hasPrefix("...")
        if !isRefusalExpected { note(line, field == nil ? "refused" : nil) }
      } else if line.hasPrefix("Syntax error") {
        note(line, field == nil ? nil : "not refused")
      } else if line.hasPrefix(">>> ") {
        // What Python raises for a name that it doesn't know is no content of the field.
        expression = line.hasPrefix(">>> try:") ? nil : String(line.dropFirst(4))
      } else if let asked = expression, !line.hasPrefix("...") {
        expression = nil
        guard let value = value(of: asked) else { return }
        let expected = line.hasPrefix("'") ? String(line.dropFirst().dropLast()) : line
        note(asked, value == expected ? nil : "\(value), not \(expected)")
      }
    }

    private mutating func note(_ what: String, _ miss: String?) {
      total += 1
      if let miss { misses.append("\(what): \(miss)") }
    }

    /// The value of an expression such as `str(arobj.results[0].properties[1].value)`; `nil` where
    /// it asks for something else than a field's content.
    private func value(of expression: String) -> String? {
      var path = expression[...]
      if path.hasPrefix("str(") { path = path.dropFirst(4).dropLast() }
      guard let dot = path.firstIndex(of: "."), path[..<dot].hasSuffix("arobj") else { return nil }
      path = path[path.index(after: dot)...]
      if path == "authserv_id" { return field?.authserv }
      guard path.hasPrefix("results["), let close = path.firstIndex(of: "]"),
        let index = Int(path[path.index(path.startIndex, offsetBy: 8)..<close]),
        let results = field?.results
      else { return nil }
      guard results.indices.contains(index) else { return "no such result" }
      let rest = path[path.index(after: close)...]
      return rest.isEmpty ? Self.text(results[index]) : Self.value(of: rest, in: results[index])
    }

    private static func value(
      of path: Substring,
      in result: AuthenticationResultsField.Statement
    ) -> String? {
      switch path {
      case ".method": return result.method
      case ".result": return result.result
      case ".reason": return result.reason.isEmpty ? "None" : result.reason
      default: break
      }
      if path.hasPrefix(".properties["), let close = path.firstIndex(of: "]"),
        let index = Int(path[path.index(path.startIndex, offsetBy: 12)..<close])
      {
        guard result.properties.indices.contains(index) else { return "no such property" }
        let property = result.properties[index]
        switch path[path.index(after: close)...] {
        case ".type": return property.ptype
        case ".name": return property.property
        case ".value": return property.value
        default: return nil
        }
      }
      // `smtp_mailfrom`: a property of the method, `None` where it isn't given.
      let name = path.dropFirst().split(separator: "_", maxSplits: 1)
      guard name.count == 2, ["smtp", "header", "policy", "body"].contains(name[0]) else {
        return nil
      }
      return result.properties.first {
        $0.ptype == name[0] && $0.property.replacing("-", with: "_") == name[1]
      }?.value ?? "None"
    }

    private static func text(_ result: AuthenticationResultsField.Statement) -> String {
      let reason = result.reason.isEmpty ? "" : " reason=\"\(result.reason)\""
      return "\(result.method)=\(result.result)\(reason)"
        + result.properties.map {
          let value = $0.value.contains(":") ? "\"\($0.value)\"" : $0.value
          return " \($0.ptype).\($0.property)=\(value)"
        }
        .joined()
    }
  }

  @Test func `the inputs of the DKIM Verifier add-on are read as it does`() throws {
    guard let suite = Suite.named("dkim-arh-lieser") else { return }
    let json = try JSONSerialization.jsonObject(with: Data(suite.bytes("arh-expected.json")))
    let units = try #require(json as? [[String: Any]])
    var total = 0
    var misses: [String] = []
    for unit in units {
      let header = try #require(unit["header"] as? String)
      let field = Self.read(header)
      if unit["throws"] as? Bool == true {
        // The suite refuses a whole field for one unknown word; RFC 8601 leaves its statement out.
        total += 1
        if let field, !field.results.isEmpty { misses.append("read, though refused: \(header)") }
      }
      for case let assertion as [Any] in unit["asserts"] as? [Any] ?? [] {
        total += 1
        let path = try #require(assertion.first as? String)
        let expected = "\(assertion[1])"
        let value = field.flatMap { Self.value(of: path, in: $0) }
        if value != expected {
          misses.append("\(path) \(value ?? "-"), not \(expected): \(header)")
        }
      }
    }
    misses = misses.map { $0.split(separator: "\r\n").joined(separator: " ") }
    suite.report("fields", passed: total - misses.count, total: total, misses: misses)
    #expect(total == 105 + 9)
    #expect(misses.count <= 1)
  }

  private static func value(of path: String, in field: AuthenticationResultsField) -> String? {
    switch path {
    case "authserv_id": return field.authserv
    // Any other version is refused.
    case "authres_version": return "1"
    case "resinfo.length": return "\(field.results.count)"
    default: break
    }
    guard let close = path.firstIndex(of: "]"),
      let index = Int(path[path.index(path.startIndex, offsetBy: 8)..<close]),
      field.results.indices.contains(index)
    else { return nil }
    let result = field.results[index]
    let rest = path[path.index(close, offsetBy: 2)...]
    switch rest {
    case "method": return result.method
    case "method_version": return "\(result.methodVersion)"
    case "result": return result.result
    case "reason": return result.reason
    default: break
    }
    let names = rest.split(separator: ".")
    guard names.count == 3 else { return nil }
    return result.properties.first { $0.ptype == names[1] && $0.property == names[2] }?.value
  }
}
