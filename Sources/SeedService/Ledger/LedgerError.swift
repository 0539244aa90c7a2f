import SeedCore

/// Why a ledger can't be used, or refuses to sign.
public enum LedgerError: OperatorError, Hashable {
  /// There is no key, and there was one: something was signed.
  case keyMissing(path: String)
  /// The file holds no key.
  case malformedKey(path: String)
  /// The key belongs to a ledger of another name.
  case foreignKey(path: String, name: String, origin: String)
  /// The store has fewer leaves than were signed.
  case leavesMissing(count: Int64, signed: Int64)
  /// The store has other leaves than were signed.
  case contradiction(size: Int64)
  /// The home was made of a backup, and nobody said yet whether that was the newest state.
  case restored(leafCount: Int64)
  /// A checkpoint that was shown as the newest is older than one that is known here.
  case notNewest(path: String, size: Int64, known: Int64)
  /// A checkpoint isn't signed by this ledger.
  case foreignCheckpoint(path: String)
  /// What the store keeps of a checkpoint isn't what this ledger signs.
  case damagedCheckpoint(size: Int64)
  /// A tile is missing, or isn't what was signed.
  case damagedTile(path: String)
  /// A leaf can't be in a ledger.
  case malformedLeaf(index: Int64)
  /// There is no leaf of this number.
  case noLeaf(index: Int64, count: Int64)
  /// No checkpoint covers the leaf yet.
  case notSigned(index: Int64)
  /// No checkpoint has this size.
  case noCheckpoint(size: Int64)
  /// Another process works on the ledger for longer than usual.
  case busy(path: String)
  /// The operating system refused.
  case system(path: String, SystemError)

  public var exitStatus: ExitStatus {
    switch self {
    case .keyMissing, .foreignKey, .leavesMissing, .contradiction, .restored, .notNewest,
      .foreignCheckpoint, .damagedCheckpoint, .damagedTile, .malformedLeaf:
      .refused
    case .noLeaf, .noCheckpoint: .notFound
    case .notSigned, .busy: .tryAgain
    case .system(_, let error): error.isFull ? .tryAgain : .failed
    case .malformedKey: .failed
    }
  }

  public var description: String {
    switch self {
    case .keyMissing(let path):
      "\(path): the ledger's key is missing, and it has signed already; restore it from a backup"
    case .malformedKey(let path):
      "\(path): this is no note signing key; restore it from a backup"
    case .foreignKey(let path, let name, let origin):
      "\(path): this is the key of \(name), and [ledger] origin is \(origin); set the origin back"
    case .leavesMissing(let count, let signed):
      """
      the ledger refuses to sign: the store has \(count) leaves, and a checkpoint over \(signed) \
      was signed; restore a newer backup, or begin a new home with another [ledger] origin
      """
    case .contradiction(let size):
      """
      the ledger refuses to sign: the store's first \(size) leaves aren't those that were signed \
      at that size; restore a newer backup, or begin a new home with another [ledger] origin
      """
    case .restored(let leafCount):
      """
      the ledger refuses to sign: this home was made of a backup with \(leafCount) leaves, and \
      more may have been signed since; run `seedctl ledger checkpoint --newest FILE` with the \
      newest checkpoint that was published, or with --nothing-newer where none was
      """
    case .notNewest(let path, let size, let known):
      """
      \(path): this checkpoint has \(size) leaves, and one with \(known) is known here; show the \
      newest one, or say --nothing-newer
      """
    case .foreignCheckpoint(let path):
      "\(path): this is no checkpoint that this ledger signed; move it away, or show another one"
    case .damagedCheckpoint(let size):
      """
      the store's checkpoint over \(size) leaves isn't signed by this ledger's key; restore the \
      store or the key from a backup
      """
    case .damagedTile(let path):
      "\(path): it is missing, or isn't what was signed; run `seedctl ledger rebuild`"
    case .malformedLeaf(let index):
      "leaf \(index) of the store can't be in a ledger; see `seedctl ledger verify`"
    case .noLeaf(let index, let count):
      "there is no leaf \(index); the ledger has \(count)"
    case .notSigned(let index):
      "no checkpoint covers leaf \(index) yet; run `seedctl ledger checkpoint`"
    case .noCheckpoint(let size):
      "no checkpoint over \(size) leaves was signed; see `seedctl ledger status`"
    case .busy(let path):
      "\(path): another process works on the ledger for longer than usual; try again"
    case .system(let path, let error):
      "\(path): \(error)"
    }
  }
}
