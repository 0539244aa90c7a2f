import CUnbound
import Dispatch
import FoundationEssentials
import SeedAuth
import Synchronization

/// One libunbound context: its own thread asks, and one serial queue makes every call into it.
@safe final class UnboundContext: Sendable {
  // Sound: once configured, only blocks on `queue` use the pointer, and the last of them, the
  // source's cancel handler, deletes it. Questions under way keep this object from being closed.
  private nonisolated(unsafe) let context: OpaquePointer
  private let queue = DispatchQueue(label: "seed.dns")
  // Sound: a source may be used from any thread; it is set up before it is activated.
  private nonisolated(unsafe) let source: any DispatchSourceRead
  private let turns = Mutex(Turns())

  private struct Turns {
    var underWay = 0
    var waiting: [UnboundQuestion] = []
  }

  /// Configures and starts a context; a wrong setting is found here, not at the first question.
  init(servers: [String], trustAnchorFile: String?) throws(UnboundResolverError) {
    guard let context = unsafe ub_ctx_create() else { throw .failed("out of memory") }
    do throws(UnboundResolverError) {
      try unsafe Self.configure(context, servers: servers, trustAnchorFile: trustAnchorFile)
    } catch {
      unsafe ub_ctx_delete(context)
      throw error
    }
    unsafe self.context = context
    let descriptor = unsafe ub_fd(context)
    unsafe source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    // The handlers keep this object until the source is cancelled, so that the context outlives
    // every call into it.
    unsafe source.setEventHandler { @Sendable in self.process() }
    unsafe source.setCancelHandler { @Sendable in unsafe ub_ctx_delete(self.context) }
    unsafe source.activate()
  }

  /// Ends the context, which no question may use any more.
  func close() { unsafe source.cancel() }

  /// Asks for a normalized name, and waits for the answer at most until `deadline` has passed.
  func ask(_ name: String, _ type: RecordType, deadline: Duration) async -> UnboundQuestion.Outcome
  {
    await withCheckedContinuation { continuation in
      let question = UnboundQuestion(name, type, context: self, continuation)
      queue.async { self.enqueue(question) }
      let milliseconds = Int(deadline / .milliseconds(1))
      queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { self.expire(question) }
    }
  }

  /// Notes that a question is no longer under way, and begins the next one.
  fileprivate func completed() {
    let next = turns.withLock { turns -> UnboundQuestion? in
      turns.underWay -= 1
      guard !turns.waiting.isEmpty else { return nil }
      turns.underWay += 1
      return turns.waiting.removeFirst()
    }
    if let next { begin(next) }
  }

  private func process() { unsafe _ = ub_process(context) }

  private func enqueue(_ question: UnboundQuestion) {
    let mayBegin = turns.withLock { turns in
      guard turns.underWay < UnboundResolver.questionCountMax else {
        turns.waiting.append(question)
        return false
      }
      turns.underWay += 1
      return true
    }
    if mayBegin { begin(question) }
  }

  private func begin(_ question: UnboundQuestion) {
    // libunbound holds the question until its callback, or until it is cancelled.
    let held = unsafe Unmanaged.passRetained(question)
    var identifier: Int32 = 0
    let status = unsafe ub_resolve_async(
      context,
      question.escapedName,
      Int32(question.type.rawValue),
      1,
      held.toOpaque(),
      unboundCallback,
      &identifier
    )
    guard status == UB_NOERROR.rawValue else {
      unsafe held.release()
      question.finish(.failure)
      return completed()
    }
    question.isUnderWay(as: identifier)
  }

  private func expire(_ question: UnboundQuestion) {
    turns.withLock { $0.waiting.removeAll { $0 === question } }
    guard let state = question.finish(.timeout), case .underWay(let identifier) = state else {
      return
    }
    // A cancelled question has no callback any more, so that what libunbound held is let go here.
    guard unsafe ub_cancel(context, identifier) == UB_NOERROR.rawValue else { return }
    unsafe Unmanaged.passUnretained(question).release()
    completed()
  }
}

/// One question to libunbound; used on the context's queue alone once it is enqueued.
final class UnboundQuestion: Sendable {
  /// How a question ended.
  enum Outcome: Sendable {
    case response(Response)
    case failure
    case timeout
  }

  /// What libunbound found.
  struct Response: Sendable {
    var status: DNSAnswer.Status
    var records: [[UInt8]]
    var wire: [UInt8]
    var timeToLive: UInt32
    var isSecure: Bool
  }

  fileprivate enum State {
    case waiting
    case underWay(Int32)
    case finished
  }

  let type: RecordType
  /// The name with every byte that a host name doesn't have as `\DDD`, as libunbound reads it.
  let escapedName: String
  fileprivate let context: UnboundContext
  private let continuation: CheckedContinuation<Outcome, Never>
  private let state = Mutex(State.waiting)

  init(
    _ name: String,
    _ type: RecordType,
    context: UnboundContext,
    _ continuation: CheckedContinuation<Outcome, Never>
  ) {
    self.type = type
    self.context = context
    self.continuation = continuation
    var escaped = ""
    for scalar in name.unicodeScalars {
      if scalar.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains(scalar) {
        escaped.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value)
        escaped += "\\" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
      }
    }
    escapedName = escaped + "."
  }

  fileprivate func isUnderWay(as identifier: Int32) {
    state.withLock { if case .waiting = $0 { $0 = .underWay(identifier) } }
  }

  /// Ends the question, and returns what it was before; `nil` where it had ended.
  @discardableResult
  fileprivate func finish(_ outcome: Outcome) -> State? {
    let before = state.withLock { state -> State? in
      if case .finished = state { return nil }
      defer { state = .finished }
      return state
    }
    if before != nil { continuation.resume(returning: outcome) }
    return before
  }
}

/// Takes an answer from libunbound, on the context's queue.
private func unboundCallback(
  _ held: UnsafeMutableRawPointer?,
  _ status: Int32,
  _ result: UnsafeMutablePointer<ub_result>?
) {
  defer { if let result = unsafe result { unsafe ub_resolve_free(result) } }
  guard let held = unsafe held else { return }
  // The other half of the `passRetained` in `begin`: libunbound calls back once.
  let question = unsafe Unmanaged<UnboundQuestion>.fromOpaque(held).takeRetainedValue()
  if status == UB_NOERROR.rawValue, let result = unsafe result {
    question.finish(unsafe outcome(result.pointee))
  } else {
    question.finish(.failure)
  }
  question.context.completed()
}

/// Copies what a result holds; its pointers are good until it is freed.
private func outcome(_ result: ub_result) -> UnboundQuestion.Outcome {
  // A bogus result has its forged data filled in, so this is looked at first.
  guard unsafe result.bogus == 0 else { return .failure }
  let status: DNSAnswer.Status
  switch unsafe (result.rcode, result.havedata != 0) {
  case (0, true): status = .found
  case (0, false): status = .nodata
  case (3, _): status = .nxdomain
  default: return .failure
  }
  var records: [[UInt8]] = []
  var index = 0
  if status == .found, let data = unsafe result.data, let lengths = unsafe result.len {
    while let record = unsafe data[index] {
      let count = max(0, Int(unsafe lengths[index]))
      unsafe records.append(Array(UnsafeRawBufferPointer(start: record, count: count)))
      index += 1
    }
  }
  let wire = unsafe UnsafeRawBufferPointer(
    start: result.answer_packet,
    count: max(0, Int(result.answer_len))
  )
  return .response(
    UnboundQuestion.Response(
      status: status,
      records: records,
      wire: unsafe Array(wire),
      timeToLive: UInt32(max(0, unsafe result.ttl)),
      isSecure: unsafe result.secure != 0
    )
  )
}
