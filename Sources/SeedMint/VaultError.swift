/// Why the vault refuses. It never says which address or key.
public enum VaultError: Error, Hashable, Sendable {
  /// There is no vault at this path.
  case missing(path: String)
  /// There is a vault at this path already.
  case exists(path: String)
  /// Others than the owner may read or write this path.
  case openPermissions(path: String, mode: Int)
  /// This path isn't the kind of file that was expected, or somebody else owns it.
  case notOurs(path: String)
  /// The vault has no mint key: making it was cut short.
  case incomplete(path: String)
  /// The vault was written by a newer version.
  case newer(path: String)
  /// A stem isn't one to sixteen letters `a` to `z`.
  case malformedStem
  /// A user name isn't made of `a` to `z`, digits, `.`, `-` and `_`, or is too long.
  case malformedUser
  /// The domain isn't written in lower-case A-labels.
  case malformedDomain
  /// More addresses than ``Vault/requestCountMax`` were asked for at once.
  case tooMany
  /// The seed or the address is in the vault already.
  case duplicate
  /// The backup is of another mint key than the newest.
  case otherEpoch(newest: Int64)
}

extension VaultError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let path): "there is no vault at \(path)"
    case .exists(let path): "there is a vault at \(path) already"
    case .openPermissions(let path, let mode):
      "\(path) is open to others (mode \(String(mode, radix: 8))): chmod go= \(path)"
    case .notOurs(let path): "\(path) is not a vault that belongs to this user"
    case .incomplete(let path):
      "the vault at \(path) was never finished, and holds no key: remove it"
    case .newer(let path): "the vault at \(path) was written by a newer version"
    case .malformedStem: "a stem is one to sixteen letters from a to z"
    case .malformedUser: "a user name is made of a to z, digits, '.', '-' and '_', and is short"
    case .malformedDomain: "the domain must be in lower case, and in A-labels (xn--)"
    case .tooMany: "at most \(Vault.requestCountMax) addresses are minted at once"
    case .duplicate: "the seed or its address is in the vault already"
    case .otherEpoch(let newest): "the newest mint key is of epoch \(newest): back up that one"
    }
  }
}
