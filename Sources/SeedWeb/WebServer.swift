import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import SeedService
public import ServiceLifecycle

/// Serves what is switched on, over plain HTTP: a proxy in front of it speaks TLS.
public struct WebServer: Service {
  /// The most connections at once; further ones wait to be accepted.
  static let connectionCountMax = 256
  /// How long a connection may be silent.
  static let idleTimeout = Duration.seconds(30)
  /// How long a request's body may take to arrive.
  static let bodyTimeout = Duration.seconds(15)

  private let host: String
  private let port: Int
  private let witness: WitnessEndpoint
  private let logger: Logger
  private let onListening: @Sendable (Int) -> Void

  /// Makes a server for `listen`, an address and a port as `[web] listen` has them.
  ///
  /// - Parameters:
  ///   - witness: What answers `add-checkpoint`.
  ///   - onListening: Is told the port when the server listens.
  public init(
    listen: String,
    witness: WitnessEndpoint,
    logger: Logger,
    onListening: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    let colon = listen.lastIndex(of: ":") ?? listen.endIndex
    var host = String(listen[..<colon])
    // The brackets of an IPv6 address are the URL's, not the address's.
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    self.host = host
    port = Int(listen[colon...].dropFirst()) ?? 0
    self.witness = witness
    self.logger = logger
    self.onListening = onListening
  }

  /// Serves until the service group shuts down.
  ///
  /// - Throws: ``ListenError`` where the address can't be had.
  public func run() async throws {
    let router = Router()
    WitnessRoute(witness, logger: logger).add(to: router)
    var quietLogger = logger
    quietLogger.logLevel = .error
    let application = Application(
      router: router,
      server: .http1(
        configuration: .init(
          idleTimeout: .init(Self.idleTimeout),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 8 << 10,
            maxHeaderListSize: 16 << 10,
            maxHeaderFieldCount: 100
          )
        )
      ),
      configuration: .init(
        address: .hostname(host, port: port),
        availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionCountMax)
      ),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        logger.notice("seedd listens", metadata: ["port": "\(port)"])
        onListening(port)
      },
      logger: quietLogger
    )
    do { try await application.run() } catch let error as IOError {
      throw ListenError(address: "\(host):\(port)", reason: "\(error)")
    }
  }
}

/// That the address of `[web] listen` can't be had.
public struct ListenError: OperatorError, Hashable {
  let address: String
  let reason: String

  public var exitStatus: ExitStatus { .failed }
  public var description: String {
    "web.listen: \(address) can't be listened on: \(reason); free it, or choose another"
  }
}
