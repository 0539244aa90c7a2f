import SeedCore
import SeedTesting
import Testing

@testable import SeedService

struct BatchPaceTests {
  /// Feeds full batches that take `time` for each unit of cost; returns how long the last one took.
  private func settle(
    _ pace: inout BatchPace,
    nanosecondsPerByte: Double,
    fixed: Duration
  ) -> Duration {
    var took = Duration.zero
    for _ in 0..<30 {
      took = fixed + .nanoseconds(Int64(Double(pace.cost) * nanosecondsPerByte))
      pace.note(pace.cost, took: took)
    }
    return took
  }

  @Test(arguments: [1.0, 3, 10, 30], [Duration.zero, .milliseconds(5)])
  func `batches come to take the time they are given`(
    nanosecondsPerByte: Double,
    fixed: Duration
  ) {
    var pace = BatchPace(target: .milliseconds(40))
    let took = settle(&pace, nanosecondsPerByte: nanosecondsPerByte, fixed: fixed)
    #expect(took < .milliseconds(44))
    #expect(took > .milliseconds(36))
  }

  @Test func `however slow it is, a batch keeps the cores busy; however fast, it has an end`() {
    var pace = BatchPace(target: .milliseconds(40))
    _ = settle(&pace, nanosecondsPerByte: 100_000, fixed: .seconds(1))
    #expect(pace.cost == BatchPace.costMin)
    _ = settle(&pace, nanosecondsPerByte: 0, fixed: .zero)
    #expect(pace.cost == BatchPace.costMax)
  }

  @Test func `a small batch that was quick says nothing`() {
    var pace = BatchPace(target: .milliseconds(40))
    let cost = pace.cost
    pace.note(BatchPace.messageCost, took: .milliseconds(6))
    #expect(pace.cost == cost)
    pace.note(BatchPace.messageCost, took: .milliseconds(400))
    #expect(pace.cost < cost)
  }

  @Test(arguments: 0..<16 as Range<UInt64>)
  func `whatever is noted, the pace stays in its limits`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var pace = BatchPace(target: .milliseconds(40))
    for _ in 0..<200 {
      pace.note(
        Int64.random(in: 0 ... .max, using: &random) >> Int64.random(in: 0...63, using: &random),
        took: .nanoseconds(Int64.random(in: 0...1 << 40, using: &random))
      )
      #expect((BatchPace.costMin...BatchPace.costMax).contains(pace.cost))
    }
  }
}

struct FloodBrakeTests {
  private func report(read: Int, matched: Int) -> IntakeReport {
    var report = IntakeReport()
    report.read = read
    report.matched = matched
    return report
  }

  /// Notes batches with so many milliseconds between them; returns which were followed by a pause.
  private func pauses(_ batches: [(IntakeReport, Int)]) -> [Bool] {
    var brake = FloodBrake()
    var now = ContinuousClock.now
    return batches.map { report, gap in
      now += .milliseconds(gap)
      return brake.notes(report, at: now)
    }
  }

  @Test func `a flood of guesses is slowed, and a lone message never waits`() {
    let guess = report(read: 1, matched: 0), hit = report(read: 1, matched: 1)
    let flood = pauses(Array(repeating: (guess, 1), count: 12))
    #expect(flood == Array(repeating: false, count: 8) + Array(repeating: true, count: 4))
    #expect(!pauses(Array(repeating: (guess, 20), count: 50)).contains(true))
    #expect(!pauses(Array(repeating: (hit, 1), count: 50)).contains(true))
    // A backlog's batches are large.
    #expect(!pauses(Array(repeating: (report(read: 64, matched: 0), 1), count: 50)).contains(true))
  }

  @Test func `a hit ends it`() {
    let guess = report(read: 1, matched: 0), hit = report(read: 3, matched: 1)
    let batches = Array(repeating: (guess, 1), count: 12) + [(hit, 1), (guess, 1)]
    #expect(pauses(batches).suffix(3) == [true, false, false])
  }
}
