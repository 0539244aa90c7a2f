import FoundationEssentials
import SeedAuth
import SeedTesting
import Testing

struct PSLConformanceTests {
  @Test func `the Public Suffix List's own cases pass with its list`() throws {
    guard let suite = Suite.named("psl") else { return }
    let path = suite.folder.appending(path: "public_suffix_list.dat").path
    let list = try PublicSuffixList(contentsOfFile: path)
    let lines = String(decoding: try suite.bytes("tests/tests.txt"), as: UTF8.self)
    var total = 0
    var misses: [String] = []
    for line in lines.split(separator: "\n") where !line.hasPrefix("//") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 2 else { continue }
      total += 1
      // The cases give names as they were asked; answers here are in A-labels.
      let expected = words[1] == "null" ? nil : IDNA.toASCII(words[1])
      let found = words[0] == "null" ? nil : list.organizationalDomain(of: words[0])
      if found != expected { misses.append("\(line), not \(found ?? "null")") }
    }
    suite.report(passed: total - misses.count, total: total, misses: misses)
    #expect(total == 78)
    #expect(misses.isEmpty)
  }
}
