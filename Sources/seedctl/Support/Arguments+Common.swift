/// The options that may stand before the command: `seedctl --home DIR mint …`.
enum CommonOptions {
  private static let withValue: Set<String> = ["--home", "--config"]
  private static let flags: Set<String> = ["--json", "--quiet", "-q"]

  /// The arguments with such options behind the command's words, where the command reads them.
  static func moved(_ arguments: [String]) -> [String] {
    var leading: [String] = []
    var rest = arguments[...]
    while let first = rest.first {
      if withValue.contains(first), rest.count > 1 {
        leading += rest.prefix(2)
        rest = rest.dropFirst(2)
      } else if flags.contains(first) || withValue.contains(where: { first.hasPrefix($0 + "=") }) {
        leading.append(first)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    guard !leading.isEmpty, !rest.isEmpty else { return arguments }
    // What stands behind `--` is no option.
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    return rest[..<end] + leading + rest[end...]
  }
}
