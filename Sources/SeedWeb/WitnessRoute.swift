import Hummingbird
import Logging
import NIOCore
import SeedCore
import SeedService

/// `POST /add-checkpoint` (C2SP tlog-witness).
struct WitnessRoute: Sendable {
  private let endpoint: WitnessEndpoint
  private let logger: Logger

  init(_ endpoint: WitnessEndpoint, logger: Logger) {
    self.endpoint = endpoint
    self.logger = logger
  }

  func add(to router: Router<BasicRequestContext>) {
    router.post("/add-checkpoint") { request, _ in
      let body: ByteBuffer
      do {
        body = try await Self.body(of: request)
      } catch is NIOTooManyBytesError {
        throw HTTPError(.contentTooLarge)
      }
      do {
        let answer = try await endpoint.addCheckpoint(Array(body.readableBytesView))
        return Response(
          status: .init(code: answer.status),
          headers: [.contentType: answer.contentType],
          body: .init(byteBuffer: ByteBuffer(bytes: answer.body))
        )
      } catch {
        // Whoever asks is told nothing of what is wrong here.
        logger.error(
          "a checkpoint of another ledger could not be cosigned",
          metadata: ["error": "\(type(of: error))"]
        )
        throw HTTPError(.serviceUnavailable)
      }
    }
  }

  /// The body, where it is not too large and doesn't take too long to come.
  private static func body(of request: Request) async throws -> ByteBuffer {
    try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
      group.addTask {
        try await request.body.collect(upTo: AddCheckpointRequest.byteCountMax)
      }
      group.addTask {
        try await Task.sleep(for: WebServer.bodyTimeout)
        return nil
      }
      defer { group.cancelAll() }
      guard let body = try await group.next() ?? nil else { throw HTTPError(.requestTimeout) }
      return body
    }
  }
}
