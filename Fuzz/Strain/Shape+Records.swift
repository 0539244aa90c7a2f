import SeedCore

extension Shape {
  /// What comes from DNS.
  static let names: [Shape] = {
    let groups: [[Shape]] = [
      each(
        "spf",
        [
          "a ", "include:a.example ", "ip4:192.0.2.1 ", "a:%{d}.example ", "exists:%{ir}.a ",
          "%{l}",
          "x=y ", "mx ", "redirect=a.example ", "a/1//1 ",
        ]
      ),
      each(
        "spftree",
        ["v=spf1 a\n", "v=spf1 include:b.example -all\n", "\n"],
        before: "a@b.example\n"
      ),
      each("dmarc", ["; a=b", "; p=reject", "; rua=mailto:a@b.example", ","], before: "p=none"),
      each("dkimkey", ["; a=b", "A", " "], before: "v=DKIM1; p="),
      each("domainnames", ["a.", "xn--a.", "\u{e9}", "1.", ":", "-"]),
      each("zone", ["a TXT x\n", " TXT x\n", "(", "\"", "\\1"], before: "b A 192.0.2.1\n"),
      each("zone", ["{\"a\":", "{\"a.example\":{\"TXT\":["]),
      [
        numbered("zone", "names", count: 300, before: "{\"b\": {}", after: "}") {
          ", \"a\($0)\": {\"TXT\": [\"x\"]}"
        },
        numbered("zone", "records", count: 500, before: "{\"a\": {\"TXT\": [\"y\"", after: "]}}") {
          ", \"x\($0)\""
        },
        numbered("zone", "aliases", count: 300, before: "{\"a\": {\"CNAME\": \"a0\"}", after: "}") {
          ", \"a\($0)\": {\"CNAME\": \"a\($0 + 1)\"}"
        },
        bytes(
          "dns",
          "records of one name",
          count: 500,
          [0xC0, 12, 0, 16, 0, 1, 0, 0, 1, 44, 0, 3, 2, 97, 98]
        ),
        bytes("dns", "strings", count: 4000, [0]),
        bytes("dns", "pointers", count: 1000, [0xC0, 12]),
        bytes(
          "dnssec",
          "records",
          count: 200,
          [
            1, 97, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 16, 0, 1, 0, 0, 1, 44, 0, 2, 1, 97,
          ]
        ),
      ],
    ]
    return Array(groups.joined())
  }()

  /// What a ledger, its witnesses, and authorities write.
  static let ledger: [Shape] = {
    let hash = String(repeating: "A", count: 43) + "=\n"
    let groups: [[Shape]] = [
      each(
        "json",
        ["[", "{\"a\":", "[1,", "1", "\"\\u00e9", "\\u00e9", "-", " ", "\"a\",", "[],"]
      ),
      [
        numbered("json", "members", count: 800, before: "{\"x\":1", after: "}") {
          ",\"a\($0)\":1"
        },
        numbered("json", "elements", count: 1500, before: "[1", after: "]") { ",\($0)" },
        text("json", "members of one name", "{\"x\":1", ",\"a\":1", "}"),
        text("json", "a long text", "\"", "\u{e9}", "\""),
        numbered("note", "signatures", count: 300, before: "a\n\n") {
          "\u{2014} k\($0) AAAAAAAAAAAAAAAAAAAAAAAA\n"
        },
        text("note", "lines", "a", "\na", "\n\n\u{2014} k AAAAAAA=\n"),
        text("note", "empty lines", "", "\n"), text("note", "dashes", "", "\u{2014} "),
        text("checkpoint", "extensions", "a\n1\n" + hash, "x\n"),
        text("cosignature", "lines", "", "a\n"),
        numbered("policy", "witnesses", count: 150) { "witness w\($0) x+00000000+AAAA\n" },
        numbered("policy", "groups", count: 150, before: "group g0 any\n") {
          "group g\($0 + 1) any g\($0)\n"
        },
        text("policy", "comments", "", "# x\n"), text("policy", "members", "group g any", " a"),
        text("proof", "hashes", "c2sp.org/tlog-proof@v1\nindex 0\n", hash),
        text("witness", "hashes", "old 1\n", hash),
        bytes(
          "merkle",
          "hashes",
          count: 1000,
          before: [0, 0, 0, 0, 0, 0, 0, 3, 127] + [UInt8](repeating: 255, count: 7),
          [UInt8](repeating: 255, count: 32)
        ),
        bytes("tiles", "empty leaves", count: 4000, [0, 0]),
        bytes("timestamp", "sequences", count: 4000, [0x30, 0x80]),
        text(
          "timestamp",
          "certificates",
          "",
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        ),
        text("timestamp", "beginnings of certificates", "", "-----BEGIN CERTIFICATE-----\n"),
      ],
    ]
    return Array(groups.joined())
  }()

  /// What stands in evidence bundles and in alerts.
  static let evidence: [Shape] = {
    let zeros = String(repeating: "0", count: 64)
    let groups: [[Shape]] = [
      each("outsidetext", ["\u{301}", "e\u{301}", "\u{202e}", "a ", "@", "xn--", "."]),
      each("seedaddress", ["+a", ".", "-", "a", "1"], before: "a", after: "@seeds.example"),
      each("bag", ["%25", zeros + "  data/a\n", " c\n"], before: "A: b\n"),
      each("bundle", ["[", "a\n"], before: "\u{0}", byteCount: 4096),
      each("alerts", ["[", "{\"a\":"], byteCount: 1024),
      [
        text("seedaddress", "addresses", "", "ab4@seeds.example,"),
        Shape(entry: "archive", name: "files", count: 500) { count in
          let files = (0..<count).map { ("x/\($0)", [UInt8(truncatingIfNeeded: $0)]) }
          return (try? ZipArchive.bytes(of: Dictionary(uniqueKeysWithValues: files))) ?? []
        },
        text("archive", "headers of entries", "", "PK\u{1}\u{2}"),
        numbered("bag", "lines", count: 500) { "\(zeros)  data/\($0)\n" },
        numbered(
          "platforms",
          "platforms",
          count: 90,
          before: "{\"platforms\":[{\"name\":\"x\",\"signing\":[\"x.example\"]}",
          after: "]}"
        ) { ",{\"name\":\"n\($0)\",\"signing\":[\"a\($0).example\"],\"fields\":[\"X-A\($0)\"]}" },
      ],
    ]
    return Array(groups.joined())
  }()
}
