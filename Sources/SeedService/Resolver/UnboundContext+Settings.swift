import CUnbound
import FoundationEssentials
import SeedAuth

extension UnboundContext {
  /// The most bytes of a trust anchor's file that are looked at.
  static let trustAnchorByteCountMax = 1024 * 1024

  /// Options that differ from libunbound's defaults.
  private static let options = [
    // A resolver of the operator's may be on this host, and reverse zones of private networks are
    // its business: libunbound would answer for them itself.
    ("do-not-query-localhost:", "no"),
    ("unblock-lan-zones:", "yes"),
    // A server that was down is asked again soon, not after 15 minutes.
    ("infra-host-ttl:", "30"),
    ("infra-keep-probing:", "yes"),
    ("msg-cache-size:", "4m"),
    ("rrset-cache-size:", "8m"),
  ]

  /// Sets a context up and finalizes it.
  static func configure(
    _ context: OpaquePointer,
    servers: [String],
    trustAnchorFile: String?
  ) throws(UnboundResolverError) {
    // libunbound writes to standard error otherwise.
    unsafe ub_ctx_debugout(context, nil)
    for (name, value) in options {
      try check(unsafe ub_ctx_set_option(context, name, value))
    }
    for server in servers {
      guard isServer(server), unsafe ub_ctx_set_fwd(context, server) == UB_NOERROR.rawValue else {
        throw .malformedServer(server)
      }
    }
    if servers.isEmpty {
      guard unsafe ub_ctx_resolvconf(context, nil) == UB_NOERROR.rawValue else {
        throw .unreadableSystemConfiguration
      }
    }
    if let path = trustAnchorFile {
      // libunbound takes a file without any anchor for "no DNSSEC", and says nothing.
      guard holdsTrustAnchor(path),
        unsafe ub_ctx_add_ta_file(context, path) == UB_NOERROR.rawValue
      else { throw .unusableTrustAnchor(path) }
    }
    // One thread of libunbound's own does the asking.
    try check(unsafe ub_ctx_async(context, 1))
    // Finalizes the context, so that a setting that can't work is an error now. Besides, "test." is
    // a name like others for a server that knows it.
    guard unsafe ub_ctx_zone_remove(context, "test.") == UB_NOERROR.rawValue else {
      if let trustAnchorFile { throw .unusableTrustAnchor(trustAnchorFile) }
      throw .failed("the settings are refused")
    }
  }

  private static func check(_ status: Int32) throws(UnboundResolverError) {
    guard status != UB_NOERROR.rawValue else { return }
    let reason = unsafe ub_strerror(status).flatMap { unsafe String(validatingCString: $0) }
    throw .failed(reason ?? "error \(status)")
  }

  /// Whether it is an address, with a port behind an `@` or without.
  private static func isServer(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard let address = parts.first, IPAddress(String(address)) != nil else { return false }
    return parts.count == 1 || (parts.count == 2 && (UInt16(parts[1]) ?? 0) > 0)
  }

  private static func holdsTrustAnchor(_ path: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: path),
      data.count <= trustAnchorByteCountMax
    else { return false }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").contains { line in
      !line.hasPrefix(";")
        && line.split { $0 == " " || $0 == "\t" }.contains { $0 == "DS" || $0 == "DNSKEY" }
    }
  }
}
