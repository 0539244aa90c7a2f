public import SeedMail
import Synchronization

/// Keeps the answers that one message's authentication rests on, and bounds the time it takes.
///
/// A question that was asked before has the same answer again, so that all verdicts on a message
/// rest on one view of the DNS.
public final class RecordingResolver: Resolver {
  /// The longest that one message may wait for answers, unless the caller says otherwise; each
  /// question started before has its own deadline besides. RFC 7208 §4.6.4 asks for 20 s or more.
  public static let timeLimit: Duration = .seconds(30)
  /// The most questions of one message; no honest one comes near it.
  public static let questionCountMax = 512
  /// What ``DNSAnswer/source`` says of a question that was not asked any more.
  public static let source = "limit"

  private struct State {
    var answers: [DNSAnswer] = []
    var indices: [DNSQuestion: Int] = [:]
    var questionCount = 0
    /// How many questions are under way, and since when there is one.
    var underWay = 0
    var begin: Duration = .zero
    /// The time that was waited, which questions at the same time share.
    var elapsed: Duration = .zero
  }

  private let base: any Resolver
  private let timeLimit: Duration
  private let now: @Sendable () -> Timestamp
  private let elapsedTime: @Sendable () -> Duration
  private let state = Mutex(State())

  /// Records what `base` answers. `now` tells the time that a refusal bears, and `clock` measures how
  /// long answers take.
  public init<C: Clock<Duration>>(
    _ base: any Resolver,
    timeLimit: Duration = RecordingResolver.timeLimit,
    clock: C = ContinuousClock(),
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.base = base
    self.timeLimit = timeLimit
    self.now = now
    let start = clock.now
    elapsedTime = { start.duration(to: clock.now) }
  }

  /// The answers so far, in the order in which they came.
  public var answers: [DNSAnswer] { state.withLock { $0.answers } }

  public var answersAtOnce: Bool { base.answersAtOnce }

  public func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    let question = DNSQuestion(name, type)
    let known = state.withLock { state in state.indices[question].map { state.answers[$0] } }
    if let known { return known }
    guard let answer = await ask(question) else {
      return DNSAnswer(
        name: question.name,
        type: type,
        status: .timeout,
        receivedAt: now(),
        source: Self.source
      )
    }
    return keep(answer, for: question)
  }

  /// Asks for the DNSKEY and DS records of every zone that signed a secure answer, and of those above
  /// it, so that they are archived, too, and the chain from the root can be verified offline later.
  ///
  /// A response names the zones in its signatures; only secure answers are kept.
  public func recordAuthenticationChains() async {
    var zones = Set<String>()
    var next = 0
    while true {
      let answers = answers
      guard next < answers.count else { return }
      let answer = answers[next]
      next += 1
      guard answer.isSecure else { continue }
      for zone in DNSSECChain.signers(of: answer) where zones.insert(zone).inserted {
        for type in [RecordType.dnskey, .ds] where type == .dnskey || !zone.isEmpty {
          let question = DNSQuestion(zone.isEmpty ? "." : zone, type)
          guard let answer = await ask(question), answer.status == .found, answer.isSecure else {
            continue
          }
          keep(answer, for: question)
        }
      }
    }
  }

  /// Asks the resolver behind; `nil` where the message has used up its time or its questions.
  private func ask(_ question: DNSQuestion) async -> DNSAnswer? {
    let time = elapsedTime()
    let isAllowed = state.withLock { state in
      let waited = state.elapsed + (state.underWay > 0 ? time - state.begin : .zero)
      guard waited < timeLimit, state.questionCount < Self.questionCountMax else { return false }
      state.questionCount += 1
      if state.underWay == 0 { state.begin = time }
      state.underWay += 1
      return true
    }
    guard isAllowed else { return nil }
    let answer = await base.resolve(
      question.name.isEmpty ? "." : question.name,
      question.type
    )
    let end = elapsedTime()
    state.withLock { state in
      state.underWay -= 1
      if state.underWay == 0 { state.elapsed += end - state.begin }
    }
    return answer
  }

  /// Keeps an answer; of two to one question that was asked twice at once, the first.
  @discardableResult
  private func keep(_ answer: DNSAnswer, for question: DNSQuestion) -> DNSAnswer {
    state.withLock { state in
      if let index = state.indices[question] { return state.answers[index] }
      state.indices[question] = state.answers.count
      state.answers.append(answer)
      return answer
    }
  }
}
