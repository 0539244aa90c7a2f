/// How a signer levels out what transport may change (RFC 6376 §3.4).
///
/// Mail is stored in files with LF for line ends as often as with CRLF, and what was signed had
/// CRLF. So LF, with or without CR before it, is a line end, and each is hashed as CRLF. A CR
/// that no LF follows is a byte like others: it must not occur (RFC 5322 §2.3), and no mail server
/// takes it for a line end.
public enum Canonicalization: String, Sendable, Hashable, Codable {
  /// Nothing is changed, but that empty lines at the end of the body don't count.
  case simple
  /// White space and the case of field names don't count.
  case relaxed
}
