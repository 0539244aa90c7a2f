import Foundation
import Synchronization
import Testing

/// Points that are gone through, by several sites at a time, and what came of them.
final class CrashRound: Sendable {
  /// After so many points at which something doesn't hold, the rest says no more.
  static let failureCountMax = 20

  let points: [CrashPoint]
  private let calls: [CrashCall]
  private let expected: [String]
  private let state = Mutex(State())

  private struct State {
    var nextNumber = 1
    var failureCount = 0
    var struck: [Fault: Int] = [:]
  }

  /// Prepares it.
  ///
  /// - Parameters:
  ///   - calls: A run's calls.
  ///   - expected: What is in the store after a run in which nothing goes wrong.
  init(points: [CrashPoint], calls: [CrashCall], expected: [String]) {
    self.points = points
    self.calls = calls
    self.expected = expected
  }

  /// How many points there were of each fault.
  var struck: [Fault: Int] { state.withLock { $0.struck } }

  /// The number of the next point, from 1; `nil` after the last.
  func next() -> Int? {
    state.withLock { state in
      guard state.nextNumber <= points.count, state.failureCount < Self.failureCountMax else {
        return nil
      }
      defer { state.nextNumber += 1 }
      return state.nextNumber
    }
  }

  /// Lets one point happen at a site, starts again, and looks.
  func strike(_ number: Int, at site: CrashSite) async {
    let point = points[number - 1]
    var found: [String]?
    var day: Int
    // A day that ends between the two starts adds its leaf, which no other point has.
    repeat {
      day = dayNumber()
      do {
        found = try await problems(of: point, number, at: site)
      } catch {
        found = ["\(error)"]
      }
    } while day != dayNumber()
    guard let found else { return }
    state.withLock { state in
      state.struck[point.fault, default: 0] += 1
      if !found.isEmpty { state.failureCount += 1 }
    }
    guard !found.isEmpty else { return }
    Issue.record("\(point) (\(calls[point.number - 1])): \(found.joined(separator: "; "))")
  }

  /// What doesn't hold after a point; `nil` where the run ended before it.
  private func problems(
    of point: CrashPoint,
    _ number: Int,
    at site: CrashSite
  ) async throws -> [String]? {
    try site.prepare(number: number)
    guard try await site.strike(point, number: number) else { return nil }
    let witness = CrashWitness(site)
    let early = try witness.earlyProblems()
    try await site.recover(number: number)
    let changes = try witness.summary().difference(from: expected).map { change in
      switch change {
      case .insert(_, let line, _): "the store has \(line)"
      case .remove(_, let line, _): "the store lacks \(line)"
      }
    }
    return try await early + witness.problems(number: number) + changes
  }
}

/// The number of the day (UTC) so many seconds from now.
func dayNumber(after seconds: Int = 0) -> Int {
  (Int(Date.now.timeIntervalSince1970) + seconds) / 86_400
}
