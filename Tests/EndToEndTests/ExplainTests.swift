import Foundation
import SeedCrypto
import SeedTesting
import Testing

/// `seedctl explain --json` as scripts rely on it.
struct ExplainTests {
  private func explain(
    _ message: [UInt8],
    zone: String,
    _ options: String...
  ) async throws
    -> [String: Any]
  {
    let folder = try TemporaryFolder()
    try Data(message).write(to: URL(filePath: folder.path("message.eml")))
    try Data(zone.utf8).write(to: URL(filePath: folder.path("zone.json")))
    let outcome = try await Program.seedctl.run(
      [
        "explain", folder.path("message.eml"), "--zone", folder.path("zone.json"), "--at",
        "2026-03-01T10:00:00Z", "--json",
      ] + options,
      environment: ["HOME": folder.path("nowhere")]
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    return try #require(document as? [String: Any])
  }

  private static let keys = [
    "recipients", "messageID", "from", "date", "bounce", "autoReply", "dkim", "spf", "dmarc", "arc",
    "authenticationResults", "sender", "class", "grade", "reasons",
  ]

  @Test(arguments: ["", "no colon\r\n", "Subject: Hi\r\n\r\nHello.\r\n"])
  func `of a message that says nothing every key is there`(message: String) async throws {
    let found = try await explain(Array(message.utf8), zone: "{}", "--org-domain", "x.example")
    for key in Self.keys { #expect(found[key] != nil, "\(key)") }
    for (key, parts) in [
      ("spf", ["result", "domain", "scope", "explanation"]),
      ("dmarc", ["result", "organizationalDomain", "policy", "mode"]),
      ("arc", ["result", "sealers"]),
      ("sender", ["domain", "status", "platform"]),
    ] {
      let value = try #require(found[key] as? [String: Any])
      for part in parts { #expect(value[part] != nil, "\(key).\(part)") }
      if key != "sender" { #expect(value["result"] as? String == "none") }
    }
    #expect((found["arc"] as? [String: Any])?["sealers"] as? [String] == [])
    #expect((found["sender"] as? [String: Any])?["status"] as? String == "none")
    for key in ["dkim", "authenticationResults"] { #expect((found[key] as? [Any])?.count == 0) }
    #expect(found["messageID"] is NSNull && found["date"] is NSNull)
  }

  @Test func `of a signed message the signature is told in full`() async throws {
    let signer = DKIMSigner(domain: "party.example", key: .ed25519(try Ed25519PrivateKey()))
    let message = try signer.sign(
      Array(
        """
        From: News <news@party.example>\r
        To: anna@seeds.example\r
        Subject: Hi\r
        Date: Sun, 1 Mar 2026 09:00:00 +0000\r
        Message-ID: <1@party.example>\r
        \r
        Hello.\r

        """.utf8
      )
    )
    let found = try await explain(
      message,
      zone: """
        {"\(signer.keyName)": {"TXT": ["\(signer.keyRecord)"]},
         "party.example.": {"TXT": "v=spf1 ip4:192.0.2.1 -all"},
         "_dmarc.party.example": {"TXT": "v=DMARC1; p=reject"}}
        """,
      "--seed",
      "anna@seeds.example",
      "--org-domain",
      "petitions.example",
      "--client-ip",
      "192.0.2.1",
      "--helo",
      "mail.party.example",
      "--mail-from",
      "bounces@party.example"
    )
    let signature = try #require((found["dkim"] as? [[String: Any]])?.first)
    for key in [
      "domain", "selector", "algorithm", "keyBits", "result", "reason", "aligned", "atArrival",
      "signedFields", "bodyLengthLimit",
    ] {
      #expect(signature[key] != nil, "\(key)")
    }
    #expect(signature["result"] as? String == "pass" && signature["aligned"] as? Bool == true)
    #expect(signature["keyBits"] as? Int == 256 && signature["bodyLengthLimit"] is NSNull)
    let spf = try #require(found["spf"] as? [String: Any])
    #expect(spf["result"] as? String == "pass" && spf["scope"] as? String == "mfrom")
    let dmarc = try #require(found["dmarc"] as? [String: Any])
    #expect(dmarc["result"] as? String == "pass" && dmarc["policy"] as? String == "reject")
    #expect(found["class"] as? String == "disclosure" && found["grade"] as? String == "A")
    #expect(found["from"] as? [String] == ["news@party.example"])
  }
}
