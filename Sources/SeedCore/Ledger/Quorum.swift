/// Which sets of witnesses are enough (C2SP tlog-policy, "Defining the quorum").
struct Quorum: Sendable, Hashable {
  /// What a name stands for. Names are bytes: two spellings of a letter are two names.
  enum Definition: Sendable, Hashable {
    case witness
    case group(threshold: Int, members: [[UInt8]])
  }

  private struct Named: Sendable, Hashable {
    let name: [UInt8]
    let definition: Definition
  }

  private enum Requirement: Sendable, Hashable {
    case nothing
    case name([UInt8])
  }

  // In the order of the file: what a group refers to stands before it.
  private var definitions: [Named] = []
  private var members: Set<[UInt8]> = []
  private var requirement: Requirement?
  private(set) var groupCount = 0

  private static let none = Array("none".utf8)

  /// Whether there was a quorum line.
  var isComplete: Bool { requirement != nil }

  /// Gives a name a meaning; `false` where it has one.
  mutating func define(_ name: [UInt8], _ definition: Definition) -> Bool {
    guard name != Self.none, !isDefined(name) else { return false }
    definitions.append(Named(name: name, definition: definition))
    return true
  }

  /// Defines a group; `false` where the rules for groups are broken.
  mutating func define(
    group name: ArraySlice<UInt8>,
    threshold: ArraySlice<UInt8>,
    members words: ArraySlice<ArraySlice<UInt8>>
  ) -> Bool {
    let names = words.map { Array($0) }
    for name in names {
      // A name can be a member once in the whole file, so that no witness counts twice.
      guard isDefined(name), members.insert(name).inserted else { return false }
    }
    let count: Int
    switch String(decoding: threshold, as: UTF8.self) {
    case "any": count = 1
    case "all": count = names.count
    case let text:
      guard let number = Int64(decimal: text), (1...Int64(names.count)).contains(number) else {
        return false
      }
      count = Int(number)
    }
    groupCount += 1
    return define(Array(name), .group(threshold: count, members: names))
  }

  /// Says which witness or group is required; `false` where that was said, or isn't defined.
  mutating func require(_ name: [UInt8]) -> Bool {
    guard requirement == nil, name == Self.none || isDefined(name) else { return false }
    requirement = name == Self.none ? .nothing : .name(name)
    return true
  }

  /// Whether the cosignatures of these witnesses are enough.
  func isMet(by witnesses: Set<[UInt8]>) -> Bool {
    guard case .name(let required) = requirement else { return requirement == .nothing }
    var met = witnesses
    for case let named in definitions {
      guard case .group(let threshold, let members) = named.definition else { continue }
      if members.count(where: met.contains) >= threshold { met.insert(named.name) }
    }
    return met.contains(required)
  }

  private func isDefined(_ name: [UInt8]) -> Bool { definitions.contains { $0.name == name } }
}
