import Foundation

/// A timestamp authority: `openssl ts`, with a root and a signer's certificate of its own in a folder.
public struct TestAuthority: Sendable {
  /// Why `openssl` failed.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// The root's certificate.
  public let rootPath: String
  /// The signer's certificate.
  public let signerPath: String
  /// What `openssl ts -reply -config` takes.
  public let configurationPath: String
  private let folder: String

  /// Makes keys and certificates in an empty folder.
  ///
  /// - Parameters:
  ///   - digests: The digests that it takes.
  ///   - clockDigits: How many digits the fraction of its times has.
  public init(
    in folder: String,
    digests: String = "sha256, sha384, sha512",
    clockDigits: Int = 0
  )
    throws
  {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    self.folder = folder
    rootPath = folder + "/root.pem"
    signerPath = folder + "/signer.pem"
    configurationPath = folder + "/tsa.cnf"
    let configuration = """
      [req]
      distinguished_name = name
      prompt = no
      [name]
      CN = Root of \(URL(filePath: folder).lastPathComponent)
      [root]
      basicConstraints = critical,CA:TRUE
      keyUsage = critical,keyCertSign
      subjectKeyIdentifier = hash
      [signer]
      keyUsage = critical,digitalSignature
      extendedKeyUsage = critical,timeStamping
      [other]
      keyUsage = critical,digitalSignature
      extendedKeyUsage = critical,timeStamping,serverAuth
      [tsa]
      default_tsa = main
      [main]
      serial = \(folder)/serial
      signer_cert = \(signerPath)
      signer_key = \(folder)/signer.key
      signer_digest = sha256
      default_policy = 1.3.6.1.4.1.55555.1
      digests = \(digests)
      accuracy = secs:1, millisecs:500, microsecs:100
      clock_precision_digits = \(clockDigits)
      ess_cert_id_alg = sha256

      """
    try Data(configuration.utf8).write(to: URL(filePath: configurationPath))
    for name in ["root", "signer", "other"] {
      try openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path(name, "key"))
    }
    try openssl(
      "req",
      "-x509",
      "-new",
      "-key",
      path("root", "key"),
      "-days",
      "30",
      "-config",
      configurationPath,
      "-extensions",
      "root",
      "-out",
      rootPath
    )
    for name in ["signer", "other"] {
      try openssl(
        "req",
        "-new",
        "-key",
        path(name, "key"),
        "-subj",
        "/CN=\(name)",
        "-config",
        configurationPath,
        "-out",
        path(name, "csr")
      )
      try openssl(
        "x509",
        "-req",
        "-in",
        path(name, "csr"),
        "-CA",
        rootPath,
        "-CAkey",
        path("root", "key"),
        "-CAcreateserial",
        "-days",
        "20",
        "-extfile",
        configurationPath,
        "-extensions",
        name,
        "-out",
        path(name, "pem")
      )
    }
  }

  /// The answer to a query.
  public func reply(to query: [UInt8]) throws -> [UInt8] {
    let name = UUID().uuidString
    let (input, output) = (path(name, "tsq"), path(name, "tsr"))
    try Data(query).write(to: URL(filePath: input))
    try openssl(
      "ts",
      "-reply",
      "-config",
      configurationPath,
      "-queryfile",
      input,
      "-out",
      output
    )
    return try Array(Data(contentsOf: URL(filePath: output)))
  }

  /// A token over what another token is over, whose signer's certificate is not for timestamps alone.
  public func misuse(of reply: [UInt8]) throws -> [UInt8] {
    let files = ["tsr", "tst", "info", "bad"].map { path("misuse", $0) }
    try Data(reply).write(to: URL(filePath: files[0]))
    try openssl(
      "ts",
      "-reply",
      "-config",
      configurationPath,
      "-in",
      files[0],
      "-token_out",
      "-out",
      files[1]
    )
    try openssl(
      "cms",
      "-verify",
      "-noverify",
      "-inform",
      "DER",
      "-in",
      files[1],
      "-certfile",
      signerPath,
      "-binary",
      "-out",
      files[2]
    )
    try openssl(
      "cms",
      "-sign",
      "-cades",
      "-binary",
      "-nodetach",
      "-nosmimecap",
      "-md",
      "sha256",
      "-econtent_type",
      "1.2.840.113549.1.9.16.1.4",
      "-in",
      files[2],
      "-signer",
      path("other", "pem"),
      "-inkey",
      path("other", "key"),
      "-outform",
      "DER",
      "-out",
      files[3]
    )
    return try Array(Data(contentsOf: URL(filePath: files[3])))
  }

  /// Whether `openssl ts -verify` finds a `.tsr` good at a time, in seconds since 1970.
  public func verifies(
    _ reply: [UInt8],
    over message: [UInt8],
    chain: [UInt8],
    at seconds: Int64
  ) throws -> Bool {
    let name = UUID().uuidString
    for (suffix, bytes) in [("tsr", reply), ("data", message), ("pem", chain)] {
      try Data(bytes).write(to: URL(filePath: path(name, suffix)))
    }
    do {
      try openssl(
        "ts",
        "-verify",
        "-data",
        path(name, "data"),
        "-in",
        path(name, "tsr"),
        "-CAfile",
        rootPath,
        "-untrusted",
        path(name, "pem"),
        "-attime",
        String(seconds)
      )
      return true
    } catch is Failure { return false }
  }

  private func path(_ name: String, _ suffix: String) -> String { "\(folder)/\(name).\(suffix)" }

  private func openssl(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    let errors = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(
        description: "openssl \(arguments.joined(separator: " ")): "
          + String(decoding: text, as: UTF8.self)
      )
    }
  }
}
