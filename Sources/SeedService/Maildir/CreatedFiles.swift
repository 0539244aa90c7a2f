/// Files that a watch saw being created in a maildir: linked there in whole, as Postfix does it, or
/// still to be written to.
///
/// A writer that is done says so by closing the file, which the watch hears of. A link says nothing
/// more, so a file counts as whole once its contents have been left alone for a while.
struct CreatedFiles {
  /// For how long a whole file's contents haven't changed.
  static let quietTime = Duration.milliseconds(50)

  private var hints: [MaildirHint] = []

  /// Whether there is none to wait for.
  var isEmpty: Bool { hints.isEmpty }

  /// Adds files that were only created.
  mutating func add(_ created: [MaildirHint]) { hints += created }

  /// Takes out those that are whole, or gone.
  ///
  /// - Parameter now: Nanoseconds since 1970.
  mutating func takeWhole(now: Int64 = WallClock.nanoseconds) -> [MaildirHint] {
    guard !hints.isEmpty else { return [] }
    let whole = hints.filter { Self.isWhole($0, now: now) }
    let taken = Set(whole)
    hints.removeAll(where: taken.contains)
    return whole
  }

  private static func isWhole(_ hint: MaildirHint, now: Int64) -> Bool {
    // What can't be looked at is left to whoever reads it.
    guard let status = try? PathStatus.read(name: hint.name.bytes, in: hint.folder) else {
      return true
    }
    // A time ahead of the clock by more is a clock that was set.
    let age = Duration.nanoseconds(now &- status.modificationNanoseconds)
    return age >= quietTime || age < .seconds(-1)
  }
}
