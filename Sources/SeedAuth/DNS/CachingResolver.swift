public import SeedMail

/// Remembers another resolver's answers for as long as they may be kept.
///
/// Who asks what is being asked already waits for that answer. Answers keep the time at which they
/// were received.
public actor CachingResolver: Resolver {
  /// The most bytes of answers that are remembered; then the memory is emptied.
  public static let byteCountMax = 16 * 1024 * 1024
  /// The longest time that an answer is kept, whatever it says.
  public static let timeToLiveMax: Duration = .seconds(3600)
  /// How long a failure is kept, so that a dead server doesn't hold up every message of a batch.
  public static let failureTimeToLive: Duration = .seconds(5)

  private let base: any Resolver
  private let now: @Sendable () -> Timestamp
  private var answers: [DNSQuestion: (answer: DNSAnswer, expiresAt: Timestamp)] = [:]
  private var byteCount = 0
  private var waiting: [DNSQuestion: [CheckedContinuation<DNSAnswer, Never>]] = [:]

  /// Makes an empty cache in front of `base`; `now` tells the time by which answers expire.
  public init(_ base: any Resolver, now: @escaping @Sendable () -> Timestamp) {
    self.base = base
    self.now = now
  }

  public func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    let question = DNSQuestion(name, type)
    if let known = answers[question], now() < known.expiresAt { return known.answer }
    if waiting[question] != nil {
      return await withCheckedContinuation { waiting[question]?.append($0) }
    }
    waiting[question] = []
    let answer = await base.resolve(name, type)
    remember(answer, for: question)
    for continuation in waiting.removeValue(forKey: question) ?? [] {
      continuation.resume(returning: answer)
    }
    return answer
  }

  private func remember(_ answer: DNSAnswer, for question: DNSQuestion) {
    let kept: Duration =
      switch answer.status {
      case .found, .nodata, .nxdomain: min(.seconds(answer.timeToLive), Self.timeToLiveMax)
      case .servfail, .timeout: Self.failureTimeToLive
      case .malformedName: .zero
      }
    guard kept > .zero else { return }
    let size = Self.size(of: answer)
    if let old = answers.removeValue(forKey: question) { byteCount -= Self.size(of: old.answer) }
    if byteCount + size > Self.byteCountMax {
      answers.removeAll()
      byteCount = 0
    }
    byteCount += size
    answers[question] = (answer, now().advanced(by: kept))
  }

  private static func size(of answer: DNSAnswer) -> Int {
    256 + answer.wire.count + answer.records.reduce(0) { $0 + $1.count + 32 }
  }
}
