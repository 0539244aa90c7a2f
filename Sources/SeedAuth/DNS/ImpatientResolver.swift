import SeedMail
import Synchronization

/// Asks until too many questions went unanswered, and nobody from then on: a dead server costs a
/// batch of mail one wait, and not one for each message.
public final class ImpatientResolver: Resolver {
  private let base: any Resolver
  private let timeoutCountMax: Int
  private let state = Mutex(State())

  private struct State {
    var timeoutCount = 0
    /// When the last question went unanswered.
    var last = Timestamp(milliseconds: 0)
  }

  /// Asks `base` until `timeoutCountMax` questions ended in `timeout`.
  public init(_ base: any Resolver, timeoutCountMax: Int) {
    self.base = base
    self.timeoutCountMax = timeoutCountMax
  }

  public var answersAtOnce: Bool { base.answersAtOnce }

  public func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    let (isAsked, last) = state.withLock { ($0.timeoutCount < timeoutCountMax, $0.last) }
    guard isAsked else {
      return DNSAnswer(
        name: DNSQuestion(name, type).name,
        type: type,
        status: .timeout,
        receivedAt: last,
        source: RecordingResolver.source
      )
    }
    let answer = await base.resolve(name, type)
    if answer.status == .timeout {
      state.withLock {
        $0.timeoutCount += 1
        $0.last = answer.receivedAt
      }
    }
    return answer
  }
}
