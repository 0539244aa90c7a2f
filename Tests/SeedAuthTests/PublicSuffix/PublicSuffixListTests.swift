import FoundationEssentials
import SeedAuth
import Testing

struct PublicSuffixListTests {
  @Test(arguments: [
    ("example.com", "example.com"),
    ("News.Mail.Example.CO.UK.", "example.co.uk"),
    ("_dmarc.example.org", "example.org"),
    ("bücher.example.de", "example.de"),
    ("www.食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn"),
    ("a.b.unlisted", "b.unlisted"),
    // The private section counts: two customers of one host are strangers.
    ("one.github.io", "one.github.io"),
  ])
  func `a host's organizational domain is its suffix and one label`(name: String, domain: String) {
    #expect(PublicSuffixList.builtIn.organizationalDomain(of: name) == domain)
    // The second answer comes from the cache.
    #expect(PublicSuffixList.builtIn.organizationalDomain(of: name) == domain)
  }

  @Test(arguments: [
    "com", "co.uk", "github.io", "unlisted", "", ".", "..", ".com", "a..com", "example.com..",
    "192.0.2.1", "2001:db8::1", "[192.0.2.1]", "exa mple.com", "user@example.com", "a\u{0}.com",
    "\u{200D}.com", String(repeating: "a", count: 64) + ".com",
    String(repeating: "a.", count: 200) + "com", String(repeating: "é", count: 5000),
  ])
  func `a suffix, an address and garbage have none`(name: String) {
    #expect(PublicSuffixList.builtIn.organizationalDomain(of: name) == nil)
  }

  @Test func `suffixes are told from names below them`() {
    let list = PublicSuffixList.builtIn
    #expect(list.isPublicSuffix("CO.UK."))
    #expect(list.isPublicSuffix("unlisted"))
    #expect(list.isPublicSuffix("公司.cn"))
    #expect(!list.isPublicSuffix("example.co.uk"))
    #expect(!list.isPublicSuffix("192.0.2.1"))
    #expect(!list.isPublicSuffix(""))
  }

  @Test func `a list from a file replaces the built-in one`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "psl-\(UUID()).dat").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("com\nfirm.example\n*.wild.example\n!not.wild.example\n".utf8)
      .write(to: URL(filePath: path))
    let list = try PublicSuffixList(contentsOfFile: path)
    #expect(list.organizationalDomain(of: "www.a.firm.example") == "a.firm.example")
    #expect(list.organizationalDomain(of: "b.a.wild.example") == "b.a.wild.example")
    #expect(list.organizationalDomain(of: "www.not.wild.example") == "not.wild.example")
  }

  @Test func `a missing or empty file is refused`() throws {
    #expect(throws: PublicSuffixListError.unreadable(path: "/nonexistent")) {
      try PublicSuffixList(contentsOfFile: "/nonexistent")
    }
    #expect(throws: PublicSuffixListError.unreadable(path: "/dev/null")) {
      try PublicSuffixList(contentsOfFile: "/dev/null")
    }
  }

  @Test func `more names than the cache holds keep their answers`() {
    for index in 0..<10_000 {
      let domain = "example\(index).org"
      #expect(PublicSuffixList.builtIn.organizationalDomain(of: "www.\(domain)") == domain)
    }
  }
}

struct IDNATests {
  @Test(arguments: [
    ("Example.ORG", "example.org"),
    ("BÜCHER.example", "xn--bcher-kva.example"),
    ("faß.example", "xn--fa-hia.example"),
    ("例え。example", "xn--r8jz45g.example"),
  ])
  func `names become A-labels in lower case`(name: String, ascii: String) {
    #expect(IDNA.toASCII(name) == ascii)
  }

  @Test func `a decoded name is for display, and garbage stays`() {
    #expect(IDNA.toUnicode("xn--bcher-kva.example") == "bücher.example")
    #expect(IDNA.toUnicode("xn--\u{7f}") == "xn--\u{7f}")
    #expect(IDNA.toASCII("\u{0301}x.example") == nil)
    #expect(IDNA.toASCII("a\u{0}b") == nil)
  }
}
