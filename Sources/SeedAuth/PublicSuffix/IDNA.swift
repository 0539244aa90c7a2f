import CIDN2

/// Internationalised domain names, after RFC 5891 with the mapping of UTS 46.
public enum IDNA {
  /// The most bytes a name may have before it is converted; a longer one is refused.
  public static let inputByteCountMax = 1024

  /// The name in lower-case A-labels; `nil` where it can't be one.
  ///
  /// A name in ASCII is only folded: its A-labels are not decoded and checked again, as DNS
  /// doesn't do so either.
  public static func toASCII(_ name: String) -> String? {
    guard name.utf8.count <= inputByteCountMax else { return nil }
    // Most names are in that form, and are given back without new memory.
    if name.utf8.allSatisfy({ $0 < 0x80 && $0 != 0 && !(0x41...0x5A).contains($0) }) { return name }
    guard !name.utf8.contains(0) else { return nil }
    if name.utf8.allSatisfy({ $0 < 0x80 }) { return name.lowercased() }
    var output: UnsafeMutablePointer<UInt8>?
    let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
    var input = Array(name.utf8)
    input.append(0)
    // The input ends in NUL and outlives the call; the output is copied, then freed.
    let status = unsafe input.withUnsafeBufferPointer {
      unsafe idn2_lookup_u8($0.baseAddress, &output, flags)
    }
    guard status == IDN2_OK.rawValue, let result = unsafe output else { return nil }
    defer { unsafe idn2_free(result) }
    return unsafe String(cString: result).lowercased()
  }

  /// The name in U-labels, for display only; the name as it is where it can't be decoded.
  public static func toUnicode(_ name: String) -> String {
    guard name.utf8.count <= inputByteCountMax, !name.utf8.contains(0) else { return name }
    var output: UnsafeMutablePointer<CChar>?
    let status = unsafe name.withCString { unsafe idn2_to_unicode_8z8z($0, &output, 0) }
    guard status == IDN2_OK.rawValue, let result = unsafe output else { return name }
    defer { unsafe idn2_free(result) }
    return unsafe String(validatingCString: result) ?? name
  }
}
