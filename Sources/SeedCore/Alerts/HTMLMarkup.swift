/// HTML that is put together from texts: whatever is interpolated is escaped, unless it is HTML
/// already.
struct HTMLMarkup: ExpressibleByStringInterpolation, Hashable, Sendable {
  /// The markup.
  let markup: String

  init(stringLiteral markup: String) { self.markup = markup }

  init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

  private init(markup: String) { self.markup = markup }

  /// Collects literals as they are and values as text.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var markup = ""

    init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { markup += literal }
    mutating func appendInterpolation(_ text: String) { markup += HTMLMarkup.escaped(text) }
    mutating func appendInterpolation(_ html: HTMLMarkup) { markup += html.markup }
  }

  /// The pieces one after another.
  static func joined(_ pieces: [HTMLMarkup], by separator: HTMLMarkup = "") -> HTMLMarkup {
    HTMLMarkup(markup: pieces.map(\.markup).joined(separator: separator.markup))
  }

  /// A text as it stands in an element or in an attribute in either quotes.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
