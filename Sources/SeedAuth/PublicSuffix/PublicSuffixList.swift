import CPublicSuffix
import Synchronization

/// Why a list of public suffixes could not be had.
public enum PublicSuffixListError: Error, Hashable, Sendable {
  /// The file is missing, can't be read, or holds no rule.
  case unreadable(path: String)
}

/// The Public Suffix List: under which names anybody may register one of his own.
///
/// It answers whether two names belong to the same owner as far as names can tell. Both sections of
/// the list count, so that two customers of a hosting company stay strangers to each other.
/// An instance may be asked from any thread.
@safe public final class PublicSuffixList: Sendable {
  /// The most answers that are remembered; then the memory is emptied.
  static let cacheCountMax = 4096

  /// The list that was built into libpsl.
  public static let builtIn = PublicSuffixList()

  // Sound: libpsl only reads a loaded list, and this object alone frees it.
  private nonisolated(unsafe) let list: OpaquePointer?
  private let ownsList: Bool
  private let cache = Mutex<[String: Owner]>([:])

  /// What is known of one name.
  struct Owner {
    /// The name in lower-case A-labels; `nil` for an address, and for what is no host name.
    let name: String?
    /// Its organizational domain.
    let organization: String?
  }

  private init() {
    unsafe list = psl_builtin()
    ownsList = false
  }

  /// Reads a list from a file in the format of publicsuffix.org, or in libpsl's DAFSA format.
  ///
  /// - Throws: ``PublicSuffixListError``.
  public init(contentsOfFile path: String) throws {
    guard !path.utf8.contains(0), let loaded = unsafe psl_load_file(path) else {
      throw PublicSuffixListError.unreadable(path: path)
    }
    unsafe list = loaded
    ownsList = true
    guard unsafe psl_suffix_count(loaded) != 0 else {
      throw PublicSuffixListError.unreadable(path: path)
    }
  }

  deinit {
    if ownsList { unsafe psl_free(list) }
  }

  /// The organizational domain of `name`: its public suffix and one label before it, in lower-case
  /// A-labels.
  ///
  /// It is `nil` for a public suffix itself, for an address, and for what is no host name.
  public func organizationalDomain(of name: String) -> String? { owner(of: name).organization }

  /// Who has `name`, as far as the list can tell; found out once.
  func owner(of name: String) -> Owner {
    // A longer name is none, and is not worth remembering.
    guard name.utf8.count <= IDNA.inputByteCountMax else {
      return Owner(name: nil, organization: nil)
    }
    if let known = cache.withLock({ $0[name] }) { return known }
    let domain = Self.normalized(name)
    let owner = Owner(name: domain, organization: domain.flatMap(registrableDomain))
    cache.withLock {
      if $0.count >= Self.cacheCountMax { $0.removeAll(keepingCapacity: true) }
      $0[name] = owner
    }
    return owner
  }

  /// Whether anybody may register names directly under `name`; a top-level domain that the list
  /// doesn't know is one, too.
  public func isPublicSuffix(_ name: String) -> Bool {
    guard let name = Self.normalized(name) else { return false }
    return unsafe name.withCString { unsafe psl_is_public_suffix(list, $0) } == 1
  }

  /// The name in lower-case A-labels without a final dot; `nil` for an address, and for what is no
  /// host name.
  ///
  /// The conversion is ours and not `psl_str_to_utf8lower`, whose answer depends on the locale.
  static func normalized(_ name: String) -> String? {
    guard let ascii = IDNA.toASCII(name), let domain = DNSName.normalized(ascii), !domain.isEmpty,
      domain.utf8.allSatisfy(DNSName.isHostByte), IPAddress(domain) == nil
    else { return nil }
    return domain
  }

  private func registrableDomain(of name: String) -> String? {
    // libpsl returns a pointer into the name that it was given; so it is copied here.
    unsafe name.withCString {
      guard let domain = unsafe psl_registrable_domain(list, $0) else { return nil }
      return unsafe String(validatingCString: domain)
    }
  }
}
