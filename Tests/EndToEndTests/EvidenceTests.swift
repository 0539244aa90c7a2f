import Foundation
import SeedCore
import SeedCrypto
import SeedTesting
import Testing

/// A case is exported, and checked by our verifier, by the scripts in the bundle, and by programs that
/// others wrote.
@Suite(.timeLimit(.minutes(4)))
struct EvidenceTests {
  private static let peers = FileManager.default.currentDirectoryPath + "/.build/peers/bin/"

  private struct CaseEntry: Decodable { let `case`: String }
  private struct Verified: Decodable {
    struct Claim: Decodable { let number: Int, verdict: String, statement: String }
    let holds: Bool
    let claims: [Claim]
  }

  private static func signer(of domain: String) throws -> DKIMSigner {
    let key = try RSAPrivateKey(bitCount: 2048)
    return DKIMSigner(domain: domain, selector: "s2026", key: .rsa(key))
  }

  /// A home in which petitions.example wrote to its seed, and then party.example did.
  private static func tell(
    in folder: borrowing TemporaryFolder
  ) async throws -> (home: SeedHome, address: String, case: String) {
    let home = try await SeedHome(in: folder)
    let minted = try await home.mintForPetitions()
    var zone: [String: [String: [[String]]]] = [:]
    for domain in ["petitions.example", "party.example"] {
      let signer = try signer(of: domain)
      let record = Array(signer.keyRecord.utf8)
      let strings = stride(from: 0, to: record.count, by: 255).map {
        String(decoding: record[$0..<min($0 + 255, record.count)], as: UTF8.self)
      }
      zone[signer.keyName] = ["TXT": []]
      // A list of strings is one record.
      zone[signer.keyName]?["TXT"] = [strings]
      let sent = Letters.sent(
        from: "news@" + domain,
        to: minted.address,
        subject: "Hello",
        id: domain
      )
      let lines = sent.split(separator: "\n", omittingEmptySubsequences: false)
      let signed = try signer.sign(Array(lines.joined(separator: "\r\n").utf8))
      try home.deliver(
        Letters.arrived(
          String(decoding: signed, as: UTF8.self),
          for: minted.address,
          from: "bounces@" + domain
        )
      )
    }
    try JSONEncoder().encode(zone).write(to: folder.url.appending(path: "zone.json"))
    try await home.drain()
    let cases = try await home.json([CaseEntry].self, "case", "list")
    return (home, minted.address, try #require(cases.first).case)
  }

  /// The paths below a folder, with what the files hold.
  private static func unpack(_ archive: String, to folder: String) async throws {
    let unzip = try #require(Program.system("python3"))
    let outcome = try await unzip.run(["-m", "zipfile", "-e", archive, folder])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func `a case is exported once, and verified without a home`() async throws {
    let folder = try TemporaryFolder()
    let (home, address, found) = try await Self.tell(in: folder)
    let file = folder.path("case.zip")
    let outcome = try await home.seedctl("evidence", "export", found, "--output", file)
    #expect(outcome.output.hasSuffix(file + "\n"))
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let again = try await home.seedctl(
      "evidence",
      "export",
      found,
      "--output",
      file,
      expecting: 4
    )
    #expect(again.errors.contains("there is a file already"))

    // The report is in it for the eye and for paper; names in a zip are not compressed.
    let names = try String(decoding: Data(contentsOf: URL(filePath: file)), as: UTF8.self)
    #expect(names.contains("/data/report.html") && names.contains("/data/report.pdf"))

    // Somewhere else, where there is no home and no network.
    let elsewhere = ["HOME": folder.path("nowhere")]
    let verified = try await Program.seedctl.run(
      ["evidence", "verify", file],
      environment: elsewhere
    )
    #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    let lines = verified.output.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[0].hasPrefix("NOT SHOWN 1 the address was minted for Example Petitions"))
    #expect(lines[2].hasPrefix("SUPPORTED 3 Example Petitions (petitions.example) held"))
    #expect(lines[3].hasPrefix("SUPPORTED 4 party.example used the address — "))
    #expect(lines.allSatisfy { $0.contains(" — ") })

    let policy = home.path + "/log/policy"
    let key = try await home.seedctl("evidence", "verify", file, "--json")
    let document = try JSONDecoder().decode(Verified.self, from: Data(key.output.utf8))
    #expect(document.holds)
    #expect(document.claims.map(\.number) == [1, 2, 3, 4, 5])
    if FileManager.default.fileExists(atPath: policy) {
      try await home.seedctl("evidence", "verify", file, "--policy", policy)
    }

    // The same case at the same state of the ledger gives the same bytes.
    let twin = folder.path("twin.zip")
    try await home.seedctl("evidence", "export", found, "--output", twin)
    #expect(try Data(contentsOf: URL(filePath: twin)) == Data(contentsOf: URL(filePath: file)))

    // The public edition knows no address.
    let open = folder.path("public.zip")
    try await home.seedctl(
      "evidence",
      "export",
      found,
      "--edition",
      "public",
      "--output",
      open
    )
    let text = String(decoding: try Data(contentsOf: URL(filePath: open)), as: UTF8.self)
    #expect(!text.contains(try #require(address.split(separator: "@").first)))
  }

  @Test func `what was altered, what is hostile and what isn't there`() async throws {
    let folder = try TemporaryFolder()
    let (home, _, found) = try await Self.tell(in: folder)
    let file = folder.path("case.zip")
    try await home.seedctl("evidence", "export", found, "--output", file)
    let bytes = Array(try Data(contentsOf: URL(filePath: file)))
    let bad = folder.path("bad.zip")
    for index in stride(from: 0, to: bytes.count, by: bytes.count / 5) {
      var changed = bytes
      changed[index] ^= 0x10
      try Data(changed).write(to: URL(filePath: bad))
      let outcome = try await Program.seedctl.run(["evidence", "verify", bad])
      #expect(outcome.status == 1)
      #expect(outcome.output.hasPrefix("FAILED 0 "))
    }
    // As Python writes it: the same files in an archive of another form, a bomb, a link, a way out,
    // and more entries than a bundle may have.
    let python = try #require(Program.system("python3"))
    let script = """
      import sys, zipfile
      kind, source, target = sys.argv[1:]
      with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
          if kind == "same":
              with zipfile.ZipFile(source) as old:
                  for info in old.infolist():
                      out.writestr(info.filename, old.read(info))
          if kind == "bomb":
              with out.open("case/data/zeros", "w") as file:
                  for _ in range(256):
                      file.write(bytes(1 << 20))
          if kind == "link":
              info = zipfile.ZipInfo("case/link")
              info.external_attr = 0o120777 << 16
              out.writestr(info, "/etc/passwd")
          if kind == "way out":
              out.writestr("../../case/bagit.txt", "x")
          if kind == "entries":
              for number in range(100000):
                  out.writestr(zipfile.ZipInfo("case/%d" % number), "")
      """
    for kind in ["same", "bomb", "link", "way out", "entries"] {
      let made = try await python.run(["-c", script, kind, file, bad])
      #expect(made.status == 0, "\(made.errors)")
      let start = ContinuousClock.now
      let outcome = try await Program.seedctl.run(["evidence", "verify", bad])
      #expect(outcome.status == 1, "\(kind)")
      #expect(outcome.output.hasPrefix("FAILED 0 "), "\(kind): \(outcome.output)")
      #expect(ContinuousClock.now - start < .seconds(10), "\(kind)")
    }
    try await home.seedctl("evidence", "verify", folder.path("none.zip"), expecting: 3)
    try await home.seedctl("evidence", "export", "case_zzzz", expecting: 3)
  }

  @Test func `an unpacked bundle is checked by its own scripts`() async throws {
    let folder = try TemporaryFolder()
    let (home, _, found) = try await Self.tell(in: folder)
    let file = folder.path("case.zip")
    try await home.seedctl("evidence", "export", found, "--output", file)
    try await Self.unpack(file, to: folder.path("out"))
    let bag = folder.path("out/\(found)-regulator")
    let ours = try await Program.seedctl.run(["evidence", "verify", bag])
    #expect(ours.status == 0, "\(ours.output)")

    let shell = try #require(Program.system("sh"))
    let script = try await shell.run([bag + "/data/tools/verify.sh"])
    #expect(script.status == 0, "\(script.output)\(script.errors)")
    func verdicts(_ text: String) -> [String] {
      text.split(separator: "\n").compactMap { line in
        line.firstIndex(where: \.isNumber).map { String(line[...$0]) }
      }
    }
    #expect(verdicts(script.output) == verdicts(ours.output))

    for (path, byte) in [("data/msg/01/message.eml", 400), ("bag-info.txt", 3)] {
      let url = URL(filePath: bag).appending(path: path)
      let original = try Data(contentsOf: url)
      var changed = original
      changed[byte] ^= 1
      try changed.write(to: url)
      let found = try await shell.run([bag + "/data/tools/verify.sh"])
      #expect(found.status == 1)
      #expect(found.output.contains("FAILED"))
      #expect(try await Program.seedctl.run(["evidence", "verify", bag]).status == 1)
      try original.write(to: url)
    }
    try FileManager.default.createSymbolicLink(
      atPath: bag + "/data/link",
      withDestinationPath: "/etc/passwd"
    )
    let linked = try await Program.seedctl.run(["evidence", "verify", bag])
    #expect(linked.status == 1)
    #expect(linked.output.contains("link"))
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: peers + "bagit.py")
        && Program.system("opendkim") != nil,
      "needs `make e2e`, which installs bagit and dkimpy, and Debian's opendkim"
    )
  )
  func `programs that others wrote agree`() async throws {
    let folder = try TemporaryFolder()
    let (home, _, found) = try await Self.tell(in: folder)
    let file = folder.path("case.zip")
    try await home.seedctl("evidence", "export", found, "--output", file)
    try await Self.unpack(file, to: folder.path("out"))
    let bag = folder.path("out/\(found)-regulator")

    let validate = try await Program(path: Self.peers + "bagit.py").run(["--validate", bag])
    #expect(validate.status == 0, "\(validate.errors)")

    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Peers/dkim-check.py").path
    let dkimpy = try await Program(path: Self.peers + "python").run([script, bag])
    #expect(
      dkimpy.output == "data/msg/01/message.eml pass\ndata/msg/02/message.eml pass\n",
      "\(dkimpy.errors)"
    )

    let opendkim = try #require(Program.system("opendkim"))
    for number in ["01", "02"] {
      let message = "\(bag)/data/msg/\(number)"
      let configuration = folder.path("opendkim-\(number).conf")
      let settings = "Mode v\nTestPublicKeys \(message)/dns/opendkim-keys.txt\n"
      try Data(settings.utf8).write(to: URL(filePath: configuration))
      let outcome = try await opendkim.run(
        ["-x", configuration, "-v", "-v", "-t", message + "/message.eml"]
      )
      // It ends with 0 whatever it found.
      let text = outcome.output + outcome.errors
      #expect(text.contains("verification (s=s2026") && text.contains("succeeded"), "\(text)")
    }
  }
}
