import SeedCore
import SeedCrypto
import SeedTesting
import Testing

struct NoteTests {
  private let key: NoteSigningKey
  private let witness: NoteSigningKey
  private let text = Array("log.example/a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n".utf8)

  init() throws {
    key = try NoteSigningKey(
      name: "log.example/a",
      algorithm: .ed25519,
      privateKey: Ed25519PrivateKey(seed: SecretBytes([UInt8](repeating: 1, count: 32)))
    )
    witness = try NoteSigningKey(
      name: "witness.example/w",
      algorithm: .cosignature,
      privateKey: Ed25519PrivateKey(seed: SecretBytes([UInt8](repeating: 2, count: 32)))
    )
  }

  @Test func `a note comes back, and its signatures verify`() throws {
    let time = Timestamp(seconds: 1_679_315_147)
    let note = SignedNote(text: text, signatures: [key.sign(text), witness.cosign(text, at: time)])
    let read = try SignedNote(parsing: note.bytes)
    #expect(read == note)
    let verified = try #require(read.verifiedSignatures(by: [key.key, witness.key]))
    #expect(verified.map(\.key) == [key.key, witness.key])
    #expect(verified.map(\.time) == [nil, time])
    #expect(read.verifiedSignatures(by: []) == [])
    #expect(try NoteKey(parsing: key.key.text) == key.key)
    #expect(try NoteKey(parsing: witness.key.text) == witness.key)
  }

  @Test func `a forged signature of a known key refuses the whole note`() throws {
    let other = Array("other\n".utf8)
    let note = SignedNote(text: text, signatures: [key.sign(text), key.sign(other)])
    #expect(note.verifiedSignatures(by: [key.key]) == nil)
    #expect(note.verifiedSignatures(by: [witness.key]) == [])
    // A cosignature's time is signed too, and one of the wrong length is none.
    let good = witness.cosign(text, at: Timestamp(seconds: 5))
    for bytes in [
      [0, 0, 0, 0, 0, 0, 0, 6] + good.signature[8...], good.signature.dropLast(1)[...],
    ] {
      let forged = NoteSignature(
        keyName: good.keyName,
        keyID: good.keyID,
        signature: Array(bytes)
      )
      let note = SignedNote(text: text, signatures: [forged])
      #expect(note.verifiedSignatures(by: [witness.key]) == nil)
    }
  }

  @Test func `a signature counts once`() throws {
    let note = SignedNote(text: text, signatures: [key.sign(text), key.sign(text)])
    #expect(note.verifiedSignatures(by: [key.key])?.count == 1)
  }

  /// The keys and the signature of the example in the documentation of Go's `sumdb/note`.
  @Test func `a signing key of Go's is read and written, and signs the same`() throws {
    let text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    let key = try NoteSigningKey(parsing: text)
    #expect(key.disclosed() == text)
    #expect(key.key.text == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    let note =
      "If you think cryptography is the answer to your problem,\n"
      + "then you don't know what your problem is.\n"
    #expect(
      key.sign(Array(note.utf8)).line
        == "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
  }

  @Test(arguments: [
    "", "PRIVATE+KEY+", "PRIVATE+KEY+PeterNeumann+c74f20a3",
    "PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
    "PRIVATE+KEY+PeterNeuman+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AoEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz",
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDF",
    "PRIVATE+KEY+PeterNeumann+c74f20a3+",
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  ])
  func `what is no signing key is refused`(text: String) {
    #expect(throws: GrammarError.self) { try NoteSigningKey(parsing: text) }
  }

  @Test func `a text may hold empty lines`() throws {
    let text = Array("a\n\nb\n\n\n".utf8)
    let note = SignedNote(text: text, signatures: [key.sign(text)])
    #expect(try SignedNote(parsing: note.bytes) == note)
  }

  @Test(arguments: [
    "", "\n", "\n\n", "a", "a\n", "a\n\n", "a\n\nb\n", "a\n\n\u{2014} k AAAAAAA=", "a\r\n\r\n",
    "a\n\n\u{2014} k\n", "a\n\n\u{2014} k AAAA\n", "a\n\n\u{2014}  AAAAAAA=\n",
    "a\n\n- k AAAAAAA=\n",
    "a\n\n\u{2014} k+ AAAAAAA=\n", "a\n\n\u{2014} k AAAAAAA\n", "a\n\n\u{2014} k AAAAAAB=\n",
    "a\n\n\u{2014} k AAAAAAA= \n", "a\n\n\u{2014} k\u{a0} AAAAAAA=\n",
    "a\t\n\n\u{2014} k AAAAAAA=\n",
    "a\n\n\u{2014} k AAAAAAA=\n\u{2014} k AAAAAAA=", "a\n\n\u{2014} k AAAAAAA=\n\n",
  ])
  func `what is no note is refused`(text: String) {
    #expect(throws: GrammarError.self) { try SignedNote(parsing: Array(text.utf8)) }
  }

  @Test func `notes have limits`() {
    let line = "\u{2014} k AAAAAAA=\n"
    func note(_ count: Int) -> [UInt8] {
      Array(("a\n\n" + String(repeating: line, count: count)).utf8)
    }
    #expect(throws: Never.self) { try SignedNote(parsing: note(100)) }
    #expect(throws: GrammarError(.tooMany, at: 3)) { try SignedNote(parsing: note(101)) }
    let long = [UInt8](repeating: 0x61, count: SignedNote.byteCountMax + 1)
    #expect(throws: GrammarError(.tooLong, at: long.count)) { try SignedNote(parsing: long) }
    #expect(throws: GrammarError.self) { try SignedNote(parsing: [0xff, 0x0a, 0x0a, 0x0a]) }
  }

  @Test(arguments: [
    "", "a", "a+b", "a+530d903a+", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
  ])
  func `what is no verifier key is refused`(text: String) {
    #expect(throws: GrammarError.self) { try NoteKey(parsing: text) }
  }
}

struct CheckpointTests {
  private static let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

  @Test(arguments: [
    "a b+c\n0\n\(hash)\n", "a\n9223372036854775807\n\(hash)\n", "a\n1\n\(hash)\nx\ny\n",
  ])
  func `a checkpoint comes back`(text: String) throws {
    let checkpoint = try Checkpoint(parsing: Array(text.utf8))
    #expect(checkpoint.text == Array(text.utf8))
  }

  @Test(arguments: [
    ("", 0), ("a\n1\n", 4), ("a\n1\n\(hash)", 48), ("\n1\n\(hash)\n", 0), ("a\n01\n\(hash)\n", 2),
    ("a\n-1\n\(hash)\n", 2), ("a\n+1\n\(hash)\n", 2), ("a\n\n\(hash)\n", 2),
    ("a\n1 \n\(hash)\n", 2),
    ("a\n9223372036854775808\n\(hash)\n", 2), ("a\n1\n47DEQg==\n", 4), ("a\n1\n\(hash)\n\n", 49),
    ("a\n1\n\(hash) \n", 4),
  ])
  func `what is no checkpoint is refused where it goes wrong`(text: String, offset: Int) {
    let error = #expect(throws: GrammarError.self) { try Checkpoint(parsing: Array(text.utf8)) }
    #expect(error?.offset == offset)
  }
}
