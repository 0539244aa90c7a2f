import Foundation

/// A real unbound on a loopback port, with records of its own and nobody to ask.
public final class UnboundServer {
  private let port: LoopbackPort
  private let process: Process
  private let folder: URL

  /// Starts a server for `localData`, lines such as `a.example. 60 IN A 192.0.2.1`, and zone files.
  public init(
    port: LoopbackPort? = nil,
    localData: [String] = [],
    zones: [String: String] = [:]
  ) throws {
    let port = try port ?? LoopbackPort()
    self.port = port
    folder = FileManager.default.temporaryDirectory.appending(path: "seed-unbound-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var settings = """
      server:
        interface: 127.0.0.1
        port: \(port.number)
        access-control: 127.0.0.0/8 allow
        do-daemonize: no
        use-syslog: no
        logfile: ""
        verbosity: 1
        username: ""
        chroot: ""
        directory: ""
        pidfile: ""
        module-config: "iterator"
        num-threads: 1
        local-zone: "test." static
        local-zone: "2.0.192.in-addr.arpa." static
      remote-control:
        control-enable: no

      """
    if zones["example"] == nil { settings += "server:\n  local-zone: \"example.\" static\n" }
    settings += localData.map { "server:\n  local-data: '\($0)'\n" }.joined()
    for (name, text) in zones {
      let file = folder.appending(path: "zone-\(name)")
      try Data(text.utf8).write(to: file)
      settings += """
        server:
          local-zone: "\(name)." transparent
        auth-zone:
          name: "\(name)."
          zonefile: "\(file.path)"
          for-downstream: yes
          for-upstream: no

        """
    }
    let configuration = folder.appending(path: "unbound.conf")
    try Data(settings.utf8).write(to: configuration)
    let output = Pipe()
    process = Process()
    process.executableURL = URL(filePath: "/usr/sbin/unbound")
    process.arguments = ["-d", "-c", configuration.path]
    process.standardError = output
    try process.run()
    var log = Data()
    while !String(decoding: log, as: UTF8.self).contains("start of service") {
      let chunk = output.fileHandleForReading.availableData
      guard !chunk.isEmpty else {
        throw TestServerError(description: String(decoding: log, as: UTF8.self))
      }
      log += chunk
    }
  }

  /// Where it is asked, as `[dns] servers` has it.
  public var address: String { "127.0.0.1@\(port.number)" }

  deinit {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }
}

/// Why a server of the tests doesn't start.
public struct TestServerError: Error, CustomStringConvertible {
  /// What it said.
  public let description: String

  /// Makes an error.
  public init(description: String) { self.description = description }
}
