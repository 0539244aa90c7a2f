import CCurl
import ServiceLifecycle

/// A request for ``HTTPClient``.
struct HTTPRequest: Sendable {
  /// What is asked.
  enum Method: Sendable {
    case get
    /// With a body and its media type.
    case post([UInt8], contentType: String)
    /// The same, to be put in place.
    case put([UInt8], contentType: String)
  }

  /// Where a connection may do without TLS.
  enum PlainPolicy: Sendable {
    /// On the loopback interface alone.
    case loopback
    /// Anywhere, since what is said carries its own proof and holds no secret.
    case anywhere
  }

  /// What is asked.
  var method: Method
  /// Whom: `https`, or `http` where ``plainPolicy`` lets it.
  var url: String
  /// Further header fields, `Name: value`.
  var headers: [String] = []
  /// How long the whole exchange may take.
  var deadline = Duration.seconds(30)
  /// The most bytes of an answer's body.
  var answerByteCountMax = 1 << 20
  /// Where `http` will do.
  var plainPolicy = PlainPolicy.loopback
  /// A file of certificates to trust instead of the system's.
  var caFile: String?

  init(_ method: Method, _ url: String) {
    self.method = method
    self.url = url
  }
}

/// What came back; every status is an answer.
struct HTTPResponse: Sendable, Hashable {
  let status: Int
  let body: [UInt8]
  /// The media type.
  let contentType: String?
  /// For how long the server asks to be left alone.
  let retryAfter: Duration?
}

/// Asks servers over HTTP, one request after the other, off the cooperative pool.
///
/// Each part that must not wait for another has a client of its own.
actor HTTPClient {
  private nonisolated let executor = BlockingExecutor(label: "seed.http")

  // Sound: the actor owns its executor, so the executor outlives every job.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Sends a request and returns the answer, of whatever status; a redirect is an answer too.
  ///
  /// Ends with ``TransferError/cancelled`` soon after its task is cancelled, or is to shut down.
  nonisolated func send(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
    let stop = TransferStop()
    let result = await withTaskCancellationOrGracefulShutdownHandler {
      await perform(request, stop)
    } onCancelOrGracefulShutdown: {
      stop.set()
    }
    return try result.get()
  }

  private func perform(
    _ request: HTTPRequest,
    _ stop: TransferStop
  ) -> Result<HTTPResponse, TransferError> {
    Result { () throws(TransferError) in try Self.exchange(request, stop) }
  }

  private static func exchange(
    _ request: HTTPRequest,
    _ stop: TransferStop
  ) throws(TransferError) -> HTTPResponse {
    guard let host = ConfiguredURL.host(request.url, schemes: ["https", "http"]) else {
      throw .refused("not an http or https URL")
    }
    let mayBePlain = request.plainPolicy == .anywhere || ConfiguredURL.isLoopback(host)
    var transfer = try CurlTransfer(
      url: request.url,
      protocols: mayBePlain ? ["https", "http"] : ["https"],
      deadline: request.deadline
    )
    if let caFile = request.caFile { transfer.set(CURLOPT_CAINFO, caFile) }
    // An empty value takes libcurl's own field away: the wait that it asks for helps nobody here.
    var headers = request.headers + ["Expect:"]
    var body: [UInt8] = []
    switch request.method {
    case .get: break
    case .post(let bytes, let contentType), .put(let bytes, let contentType):
      body = bytes
      headers.append("Content-Type: \(contentType)")
      transfer.set(CURLOPT_POST, 1)
      transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, byteCount: bytes.count)
      if case .put = request.method { transfer.set(CURLOPT_CUSTOMREQUEST, "PUT") }
    }
    transfer.set(CURLOPT_HTTPHEADER, list: headers)
    let answer = try transfer.perform(
      sending: body,
      answerByteCountMax: request.answerByteCountMax,
      stop: stop
    )
    return HTTPResponse(
      status: transfer.status,
      body: answer,
      contentType: transfer.contentType,
      retryAfter: transfer.retryAfter
    )
  }
}
