public import SeedCore

/// The catch-all domain, as people may write it.
public enum MailDomain {
  /// Why a name can't be the catch-all domain.
  public enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
    case missing, malformed, publicSuffix

    /// What is wrong, to be put after the key's name.
    public var description: String {
      switch self {
      case .missing: "is missing; name the catch-all domain, such as \"seeds.example\""
      case .malformed: "is not a domain name of at least two labels"
      case .publicSuffix: "is a public suffix: anybody may register names under it"
      }
    }
  }

  /// The domain in lower-case A-labels.
  public static func check(
    _ name: String,
    publicSuffixes: PublicSuffixList = .builtIn
  ) -> Result<String, Problem> {
    guard !name.isEmpty else { return .failure(.missing) }
    guard let ascii = IDNA.toASCII(name), let domain = DNSName.normalized(ascii),
      IPAddress(domain) == nil
    else { return .failure(.malformed) }
    let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, labels.allSatisfy(isLabel) else { return .failure(.malformed) }
    // RFC 3696 §2: a top-level domain is not all-numeric.
    guard labels.last?.utf8.allSatisfy({ (0x30...0x39).contains($0) }) == false else {
      return .failure(.malformed)
    }
    return publicSuffixes.isPublicSuffix(domain) ? .failure(.publicSuffix) : .success(domain)
  }

  /// RFC 1123 §2.1: letters, digits and hyphens, the latter not at an end.
  private static func isLabel(_ label: Substring) -> Bool {
    !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
      }
  }
}
