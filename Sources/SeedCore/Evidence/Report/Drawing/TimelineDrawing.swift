/// A picture of what happened: time goes down, each step on a line of its own, and between two steps
/// stands how long it took. It is as wide as a telephone, so that nobody has to enlarge it.
struct TimelineDrawing {
  static let width = 360.0
  private static let axis = 16.0
  private static let textStart = 38.0
  private static let dateSize = 13.0
  private static let text = TextLayout(size: 14, width: width - textStart - 6)

  /// A line of text.
  struct Line {
    let y: Int
    let text: String
  }

  /// A step.
  struct Step {
    let date: Line
    let lines: [Line]
    /// Where its mark stands, and what it is: each kind has a shape of its own, for those who can't
    /// tell colours apart.
    let y: Int
    let isCircle: Bool, isSquare: Bool, isDiamond: Bool, isBar: Bool
    /// The corners of a diamond.
    let corners: String
    /// The upper edge of a square or a bar.
    let top: Int
  }

  let height: Int
  let axisTop: Int, axisBottom: Int
  let steps: [Step]
  let gaps: [Line]
  /// What the picture shows, in words.
  let description: String

  init(_ events: [Report.Event]) {
    var y = 22.0
    var steps: [Step] = []
    var gaps: [Line] = []
    var previous: Report.Event?
    for event in events {
      if let previous, let gap = Self.gap(from: previous, to: event) {
        gaps.append(Line(y: Int(y) + 4, text: gap))
        y += 34
      }
      let mark = Int(y) - 4
      let date = Line(y: Int(y), text: event.at.day)
      var lines: [Line] = []
      for line in Self.text.lines(of: event.text) {
        y += Self.text.lineHeight
        lines.append(Line(y: Int(y), text: line))
      }
      let isSquare = event.kind == .own
      steps.append(
        Step(
          date: date,
          lines: lines,
          y: mark,
          isCircle: event.kind == .made || event.kind == .consent,
          isSquare: isSquare,
          isDiamond: event.kind == .found,
          isBar: event.kind == .proof,
          corners: "16,\(mark - 9) 25,\(mark) 16,\(mark + 9) 7,\(mark)",
          top: mark - (isSquare ? 6 : 3)
        )
      )
      y += 28
      previous = event
    }
    self.steps = steps
    self.gaps = gaps
    axisTop = steps.first?.y ?? 0
    axisBottom = steps.last?.y ?? 0
    height = Int(y) - 12
    description = events.map { "\($0.at.day): \($0.text)." }.joined(separator: " ")
  }

  /// How long it took from one step to the next; `nil` for less than a day.
  private static func gap(from first: Report.Event, to second: Report.Event) -> String? {
    let days = second.at.time.duration(since: first.at.time).components.seconds / 86_400
    guard days > 0, !first.at.isMonth else { return nil }
    return days == 1 ? "1 day later" : "\(LargeNumber.grouped(Int(days))) days later"
  }
}
