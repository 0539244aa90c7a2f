import Glibc
import SeedCore
import SeedCrypto

extension LedgerFolder {
  private static let timestampPageCount = 256
  private var timestampsPath: String { path + "/timestamps" }

  /// Writes the checkpoint of a size, the tokens over it, and the certificates that they rest on, as
  /// files of their own: what `openssl ts -verify` takes. All of them are derived from the store.
  func publishTimestamps(ofCheckpoint size: Int64, in store: any Store) async throws {
    let (checkpoint, tokens) = try await store.read {
      (try $0.checkpoint(size: size), try $0.timestamps(ofCheckpoint: size))
    }
    // A token that can't be read makes no file, and `ledger verify` names it.
    let readable = tokens.compactMap { token in
      (try? RFC3161Token(parsing: token.token)).map { (token, $0) }
    }
    guard let checkpoint, !readable.isEmpty else { return }
    try onSystemError(timestampsPath) {
      guard unsafe mkdir(timestampsPath, 0o700) == 0 || errno == EEXIST else {
        throw SystemError("mkdir")
      }
    }
    let name = "\(timestampsPath)/\(size)"
    try replace(name, with: checkpoint.note)
    for (token, parsed) in readable {
      // The file is the authority's answer (RFC 3161 §3.2), the leaf commits to the token in it.
      try replace("\(name)-\(token.authority).tsr", with: parsed.reply)
      try replace("\(name)-\(token.authority).pem", with: token.chain)
    }
  }

  /// Writes the files of every timestamp that the store has.
  func publishTimestamps(in store: any Store) async throws {
    var size: Int64 = 0
    while true {
      let start = size
      let sizes = try await store.read { store in
        try store.timestamps(from: start, limit: Self.timestampPageCount).map(\.checkpointSize)
      }
      guard let last = sizes.last else { return }
      for size in Set(sizes) { try await publishTimestamps(ofCheckpoint: size, in: store) }
      size = last + 1
    }
  }
}
