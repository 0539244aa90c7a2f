/// A picture of who passed the address to whom: what is recorded is a full line, what is not known a
/// broken one with a question mark.
struct RouteDrawing {
  static let width = 360.0

  /// A box with text.
  struct Box {
    let x: Int, y: Int, width: Int, height: Int
    /// Its text, in the middle.
    let lines: [Line]
  }

  /// A line of text: in a box or between two arrows it stands around its middle.
  struct Line {
    let x: Int, y: Int
    let text: String
    let isTitle: Bool, isMiddle: Bool
  }

  /// An arrow downwards.
  struct Arrow {
    let x1: Int, y1: Int, x2: Int, y2: Int
    let isKnown: Bool
    /// The corners of its head.
    let head: String
    /// Where the question mark stands: the middle of its ring, and its own foot.
    let markX: Int, markY: Int, markTextY: Int
  }

  let height: Int
  let boxes: [Box]
  let arrows: [Arrow]
  let labels: [Line]
  /// What the picture shows, in words.
  let description: String

  init(_ route: Route) {
    var builder = Builder()
    switch route {
    case .passedOn(let organisation, let gift, let sender, let mail, let isMailProved):
      let owner = builder.box([("The owner of the address", true)], x: 40, width: 280)
      builder.label(gift, x: 192)
      let giver = builder.box(
        [(organisation, true), ("was given the address", false)],
        x: 4,
        width: 176,
        sameRow: false
      )
      let others = builder.box(
        [
          ("Other ways", true),
          ("its suppliers, the form, the browser, the mail host, the owner", false),
        ],
        x: 196,
        width: 160,
        sameRow: true
      )
      builder.label("Not known: how the address came there", x: 180, isMiddle: true, gap: 44)
      let taker = builder.box([(sender, true)], x: 40, width: 280)
      builder.label(mail, x: 192)
      let mailbox = builder.box([("The address", true)], x: 40, width: 280)
      builder.arrow(from: owner, to: giver, isKnown: true)
      builder.arrow(from: giver, to: taker, isKnown: false)
      builder.arrow(from: others, to: taker, isKnown: false)
      builder.arrow(from: taker, to: mailbox, isKnown: isMailProved)
    case .own(let organisation, let gift, let mail):
      let owner = builder.box([("The owner of the address", true)], x: 40, width: 280)
      builder.label(gift, x: 192)
      let giver = builder.box([(organisation, true)], x: 40, width: 280)
      builder.label(mail, x: 192)
      let mailbox = builder.box([("The address", true)], x: 40, width: 280)
      builder.arrow(from: owner, to: giver, isKnown: true)
      builder.arrow(from: giver, to: mailbox, isKnown: true)
    case .nobody(let sender, let mail, let isMailProved):
      let owner = builder.box(
        [("The operator", true), ("made the address and gave it to nobody", false)],
        x: 40,
        width: 280
      )
      builder.label("Not known: how the address came there", x: 192, gap: 30)
      let taker = builder.box([(sender, true)], x: 40, width: 280)
      builder.label(mail, x: 192)
      let mailbox = builder.box([("The address", true)], x: 40, width: 280)
      builder.arrow(from: owner, to: taker, isKnown: false)
      builder.arrow(from: taker, to: mailbox, isKnown: isMailProved)
    }
    boxes = builder.boxes
    arrows = builder.arrows
    labels = builder.labels
    height = Int(builder.bottom) + 6
    description = route.description
  }

  /// Lays boxes out from top to bottom.
  private struct Builder {
    var boxes: [Box] = []
    var arrows: [Arrow] = []
    var labels: [Line] = []
    /// Where the newest row begins, and where the next one may.
    var top = 6.0, bottom = 6.0

    mutating func box(
      _ texts: [(String, isTitle: Bool)],
      x: Double,
      width: Double,
      sameRow: Bool = false
    ) -> Int {
      if !sameRow { top = bottom }
      var lines: [Line] = []
      var y = top + 8
      for (text, isTitle) in texts {
        let layout = TextLayout(size: isTitle ? 14 : 12, width: width - 16, lineCountMax: 5)
        for line in layout.lines(of: text) {
          y += layout.lineHeight
          lines.append(
            Line(x: Int(x + width / 2), y: Int(y) - 2, text: line, isTitle: isTitle, isMiddle: true)
          )
        }
      }
      let height = y + 10 - top
      boxes.append(
        Box(
          x: Int(x),
          y: Int(top),
          width: Int(width),
          height: Int(height),
          lines: lines
        )
      )
      bottom = max(bottom, top + height)
      return boxes.count - 1
    }

    /// Text beside the arrow that follows; it makes the room that it needs.
    mutating func label(_ text: String, x: Double, isMiddle: Bool = false, gap: Double = 14) {
      let layout = TextLayout(
        size: 12,
        width: isMiddle ? 150 : RouteDrawing.width - x - 4,
        lineCountMax: 6
      )
      var y = bottom + gap
      for line in layout.lines(of: text) {
        y += layout.lineHeight
        labels.append(
          Line(x: Int(x), y: Int(y) - 3, text: line, isTitle: false, isMiddle: isMiddle)
        )
      }
      bottom = y + gap
    }

    mutating func arrow(from first: Int, to second: Int, isKnown: Bool) {
      let (upper, lower) = (boxes[first], boxes[second])
      let x1 = upper.x + upper.width / 2
      let target = lower.x + lower.width / 2
      // An arrow stays under its box, so that it goes straight down where it can.
      let x2 = min(max(x1, lower.x + 24), lower.x + lower.width - 24)
      let start = abs(x1 - target) < 2 ? target : x1
      let end = abs(x1 - target) < 2 ? target : x2
      let (y1, y2) = (upper.y + upper.height, lower.y)
      arrows.append(
        Arrow(
          x1: start,
          y1: y1,
          x2: end,
          y2: y2 - 8,
          isKnown: isKnown,
          head: "\(end - 6),\(y2 - 10) \(end + 6),\(y2 - 10) \(end),\(y2 - 1)",
          markX: (start + end) / 2,
          markY: (y1 + y2) / 2 - 4,
          markTextY: (y1 + y2) / 2 + 1
        )
      )
    }
  }
}
