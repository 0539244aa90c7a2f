import Foundation
import GRDB
import SeedCore
import SeedCrypto
import SeedTesting
import Testing

@testable import SeedMint

struct VaultTests {
  private func requests(_ numbers: Range<Int64>) -> [MintRequest] {
    numbers.map { MintRequest(seed: Identifier(rawValue: $0), record: .example()) }
  }

  @Test func `what was minted is found again, also after the vault was closed`() async throws {
    let folder = try TemporaryFolder()
    let vault = try Vault.create(at: folder.path("vault"))
    let minted = try await vault.mint(requests(1..<4))
    try vault.close()

    let reopened = try Vault.open(at: folder.path("vault"))
    #expect(try await reopened.addressCount() == 3)
    #expect(Set(minted.map(\.address)).count == 3)
    for expected in minted {
      let parts = expected.address.split(separator: "@")
      let mailbox = Mailbox(displayName: nil, localPart: "\(parts[0])", domain: "\(parts[1])")
      let address = try #require(SeedAddress(mailbox))
      for found in [
        try await reopened.address(of: expected.seed),
        try await reopened.minted(as: address),
        try await reopened.minted(with: expected.leaf),
      ] {
        let found = try #require(found)
        #expect(found.address == expected.address && found.tag == expected.tag)
        #expect(found.secret.secret == expected.secret.secret && found.leaf == expected.leaf)
        #expect(found.seed == expected.seed && found.stem == expected.stem)
        #expect(found.aliasOpening.result(against: found.leaf) == .valid(.example()))
      }
    }
    #expect(try await reopened.address(of: Identifier(rawValue: 9)) == nil)
    let foreign = MintLeaf(commitment: SHA256.hash([]), nonce: minted[0].leaf.nonce)
    #expect(try await reopened.minted(with: foreign) == nil)
  }

  @Test func `a vault and its files are closed to others`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("vault")
    let vault = try Vault.create(at: path)
    _ = try await vault.mint(requests(1..<2))
    #expect(try mode(of: path) == 0o700)
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      #expect(try mode(of: path + "/" + name) == 0o600, "\(name)")
    }
    #expect(FileManager.default.fileExists(atPath: path + "/vault.db-wal"))
    #expect(try vault.synchronousSetting() == 2)
  }

  @Test(arguments: [("", 0o750), ("", 0o701), ("/vault.db", 0o640), ("/vault.db", 0o604)])
  func `open permissions are refused, and named`(name: String, mode: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("vault")
    try Vault.create(at: path).close()
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path + name)
    #expect(throws: VaultError.openPermissions(path: path + name, mode: mode)) {
      try Vault.open(at: path)
    }
  }

  @Test func `a link in the place of the vault is refused`() throws {
    let folder = try TemporaryFolder()
    try Vault.create(at: folder.path("real")).close()
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("vault"),
      withDestinationPath: folder.path("real")
    )
    #expect(throws: VaultError.notOurs(path: folder.path("vault"))) {
      try Vault.open(at: folder.path("vault"))
    }
  }

  @Test func `a vault is neither made twice nor opened where there is none`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("vault")
    #expect(throws: VaultError.missing(path: path)) { try Vault.open(at: path) }
    #expect(!FileManager.default.fileExists(atPath: path))
    try Vault.create(at: path).close()
    #expect(throws: VaultError.exists(path: path)) { try Vault.create(at: path) }
  }

  @Test func `a vault without a key is unfinished`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("vault")
    try VaultFiles(folder: path).create()
    #expect(throws: VaultError.incomplete(path: path)) { try Vault.open(at: path) }
  }

  @Test func `a vault from a newer version is refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("vault")
    try Vault.create(at: path).close()
    let database = try DatabaseQueue(path: path + "/vault.db")
    try database.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('a later one')")
    }
    try database.close()
    #expect(throws: VaultError.newer(path: path)) { try Vault.open(at: path) }
  }

  @Test func `an address in the vault is neither changed nor dropped`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("vault")
    let vault = try Vault.create(at: path)
    _ = try await vault.mint(requests(1..<2))
    try vault.close()
    let database = try DatabaseQueue(path: path + "/vault.db")
    for sql in ["DELETE FROM minted", "UPDATE minted SET stem = 'other'"] {
      #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }
    }
  }

  @Test func `a batch is minted as a whole or not at all`() async throws {
    let folder = try TemporaryFolder()
    let vault = try Vault.create(at: folder.path("vault"))
    _ = try await vault.mint(requests(5..<6))
    await #expect(throws: VaultError.duplicate) { try await vault.mint(requests(3..<8)) }
    let bad = MintRequest(seed: Identifier(rawValue: 9), record: .example(), stem: "A")
    await #expect(throws: VaultError.malformedStem) {
      try await vault.mint(requests(7..<8) + [bad])
    }
    #expect(try await vault.addressCount() == 1)
  }

  @Test func `more requests than the limit are refused`() async throws {
    let folder = try TemporaryFolder()
    let vault = try Vault.create(at: folder.path("vault"))
    let request = MintRequest(seed: Identifier(rawValue: 1), record: .example())
    await #expect(throws: VaultError.tooMany) {
      try await vault.mint(Array(repeating: request, count: Vault.requestCountMax + 1))
    }
  }

  @Test func `a confirmed backup erases the key, and remains able to make every secret`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("vault")
    let vault = try Vault.create(at: path)
    let before = try await vault.mint(requests(1..<2))[0]
    let backup = try await vault.newestKey()
    await #expect(throws: VaultError.otherEpoch(newest: 0)) {
      try await vault.confirmBackup(of: 1)
    }
    try await vault.confirmBackup(of: 0)

    let after = try await vault.mint(requests(2..<3))[0]
    #expect(before.epoch == 0 && after.epoch == 1)
    #expect(backup.aliasSecret(nonce: before.leaf.nonce).secret == before.secret.secret)
    #expect(backup.next().aliasSecret(nonce: after.leaf.nonce).secret == after.secret.secret)
    #expect(try await vault.newestKey().secret == backup.next().secret)
    try vault.close()

    let secret = Data(backup.secret.disclosed())
    for name in try FileManager.default.contentsOfDirectory(atPath: path) {
      let bytes = try Data(contentsOf: URL(filePath: path + "/" + name))
      #expect(bytes.range(of: secret) == nil, "\(name) holds the erased key")
    }
  }

  @Test func `addresses that no seed has are found`() async throws {
    let folder = try TemporaryFolder()
    let vault = try Vault.create(at: folder.path("vault"))
    _ = try await vault.mint(requests(1..<1300))
    let missing = try await vault.unregistered { page in
      #expect(page.count <= 500)
      return Set(page.filter { $0.rawValue % 600 != 0 })
    }
    #expect(missing.map(\.rawValue) == [600, 1200])
  }

  @Test func `a copy holds everything, and is closed to others`() async throws {
    let folder = try TemporaryFolder()
    let vault = try Vault.create(at: folder.path("vault"))
    let minted = try await vault.mint(requests(1..<3))
    try FileManager.default.createDirectory(
      atPath: folder.path("copy"),
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700]
    )
    try await vault.backUp(to: folder.path("copy/vault.db"))
    #expect(try mode(of: folder.path("copy/vault.db")) == 0o600)
    let copy = try Vault.open(at: folder.path("copy"))
    #expect(try await copy.address(of: minted[1].seed)?.address == minted[1].address)
    await #expect(throws: (any Error).self) {
      try await vault.backUp(to: folder.path("copy/vault.db"))
    }
  }

  private func mode(of path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }
}
