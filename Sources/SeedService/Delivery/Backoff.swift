/// How long to wait before something that failed is tried again.
enum Backoff {
  /// The longest wait.
  static let delayMax = Duration.seconds(3600)

  /// The wait after so many failures: twice as long after each, less up to a half by chance, so that
  /// what failed together isn't tried together.
  static func delay(
    after failureCount: Int,
    from shortest: Duration = .seconds(1),
    atMost longest: Duration = delayMax,
    using random: inout some RandomNumberGenerator
  ) -> Duration {
    let doublings = min(max(failureCount - 1, 0), 30)
    let delay = min(shortest * (1 << doublings), longest)
    return delay * Double.random(in: 0.5...1, using: &random)
  }
}
