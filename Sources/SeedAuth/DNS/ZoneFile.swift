public import SeedMail
import Synchronization

/// Why a zone file can't be used, and where.
public enum ZoneFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file is no JSON object of the expected shape.
  case malformedJSON(String)
  /// No name can be written like this.
  case malformedName(String)
  /// The value doesn't fit its type: `key` is `name/type`.
  case malformedValue(key: String)
  /// A line of a master file can't be read.
  case malformedMasterFile(line: Int, String)

  public var description: String {
    switch self {
    case .malformedJSON(let problem): "it is no JSON that fits: \(problem)"
    case .malformedName(let name): "'\(name.debugDescription.dropFirst().dropLast())' is no name"
    case .malformedValue(let key): "the value of \(key.debugDescription) doesn't fit its type"
    case .malformedMasterFile(let line, let problem): "line \(line): \(problem)"
    }
  }
}

/// Answers from a table instead of the network: for tests, and to replay a message.
///
/// A name that the table doesn't have is `nxdomain`, unless a longer name below it exists or a
/// wildcard covers it; a type that it doesn't have is `nodata`. Answers are in wire format, like those of a server, and are
/// never secure.
public struct ZoneFile: Resolver {
  /// The most aliases that are followed; a longer chain, or a loop, is `servfail`.
  public static let aliasCountMax = 8
  /// The most records that a name may have of one type.
  public static let recordCountMax = 1024
  /// What each answer says about how long it may be kept, in seconds.
  public static let timeToLive: UInt32 = 300
  /// What ``DNSAnswer/source`` says.
  public static let source = "zone file"

  /// What the table has for one name and type.
  public enum Entry: Sendable, Hashable {
    /// Records, as data in wire format.
    case records([[UInt8]])
    /// The question ends like this.
    case failure(DNSAnswer.Status)
  }

  private struct Node {
    var entries: [RecordType: Entry] = [:]
    /// How every question for the name ends that has no entry of its own.
    var failure: DNSAnswer.Status?
  }

  private var nodes: [String: Node] = [:]
  /// Answers that were given: most of a day's questions were asked before.
  private var given = AnswerMemory()
  private let now: @Sendable () -> Timestamp

  /// Makes an empty table; `now` tells the time that answers bear.
  public init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

  /// Adds what the table has for `name` and `type`; records join those that are there.
  ///
  /// - Throws: ``ZoneFileError``, also where a name would have too many records of one type.
  public mutating func add(
    _ entry: Entry,
    for name: String,
    _ type: RecordType
  ) throws(ZoneFileError) {
    let name = try insert(name)
    guard case .records(let new) = entry else {
      nodes[name]?.entries[type] = entry
      return
    }
    var records: [[UInt8]] = []
    if case .records(let known)? = nodes[name]?.entries[type] { records = known }
    guard records.count + new.count <= (type == .cname ? 1 : Self.recordCountMax) else {
      throw .malformedValue(key: "\(name)/\(type)")
    }
    // Out of the table first, so that the array is added to and not copied for each record.
    nodes[name]?.entries[type] = nil
    records += new
    nodes[name]?.entries[type] = .records(records)
  }

  /// Adds a record in its usual text form, such as `10 mail.example.org` for MX; a TXT record is a
  /// list of strings, any other a single one.
  ///
  /// - Throws: ``ZoneFileError``.
  public mutating func add(
    _ strings: [[UInt8]],
    for name: String,
    _ type: RecordType
  ) throws(ZoneFileError) {
    guard let data = Self.data(type, strings) else {
      throw .malformedValue(key: "\(name)/\(type)")
    }
    try add(.records([data]), for: name, type)
  }

  /// Lets every question for `name` that has no entry end with `failure`; with `nil`, the name
  /// merely exists.
  ///
  /// - Throws: ``ZoneFileError/malformedName(_:)``.
  public mutating func add(
    _ name: String,
    failure: DNSAnswer.Status? = nil
  ) throws(ZoneFileError) {
    let name = try insert(name)
    if let failure { nodes[name]?.failure = failure }
  }

  public var answersAtOnce: Bool { true }

  public func resolve(_ name: String, _ type: RecordType) async -> DNSAnswer {
    let question = DNSQuestion(name, type)
    let time = now()
    if let answer = given[question] { return answer.received(at: time) }
    let answer = answer(to: name, type, at: time)
    given[question] = answer
    return answer
  }

  private func answer(to name: String, _ type: RecordType, at time: Timestamp) -> DNSAnswer {
    guard let question = DNSName.normalized(name) else {
      return DNSAnswer(
        name: name.lowercased(),
        type: type,
        status: .malformedName,
        receivedAt: time,
        source: Self.source
      )
    }
    func answer(
      _ status: DNSAnswer.Status,
      aliases: [DNSMessage.Record],
      owner: String = "",
      records: [[UInt8]] = []
    ) -> DNSAnswer {
      Self.answer(question, type, status, aliases, owner: owner, records: records, at: time)
    }
    var owner = question
    var aliases: [DNSMessage.Record] = []
    while aliases.count <= Self.aliasCountMax {
      guard let node = node(of: owner) else {
        return answer(.nxdomain, aliases: aliases)
      }
      switch node.entries[type] {
      case .records(let records) where !records.isEmpty:
        return answer(.found, aliases: aliases, owner: owner, records: records)
      case .records: return answer(.nodata, aliases: aliases)
      case .failure(let status): return answer(status, aliases: aliases)
      case nil: break
      }
      switch node.entries[.cname] {
      case .failure(let status): return answer(status, aliases: aliases)
      case .records(let records):
        guard let data = records.first, let target = ResourceData.name(data) else { fallthrough }
        aliases.append(DNSMessage.Record(owner: owner, type: RecordType.cname.rawValue, data: data))
        owner = target
      case nil: return answer(node.failure ?? .nodata, aliases: aliases)
      }
    }
    return answer(.servfail, aliases: [])
  }

  /// What the table has for a name: its own entry, or that of the wildcard which covers it.
  private func node(of name: String) -> Node? {
    if let node = nodes[name] { return node }
    // RFC 4592 §3.3.1: a wildcard speaks below the nearest name that exists, and nowhere else.
    var rest = name[...]
    while let dot = rest.firstIndex(of: ".") {
      rest = rest[rest.index(after: dot)...]
      if nodes[String(rest)] != nil { return nodes["*." + rest] }
    }
    return nil
  }

  private static func answer(
    _ name: String,
    _ type: RecordType,
    _ status: DNSAnswer.Status,
    _ aliases: [DNSMessage.Record],
    owner: String,
    records: [[UInt8]],
    at time: Timestamp
  ) -> DNSAnswer {
    let code: DNSMessage.ResponseCode? =
      switch status {
      case .found, .nodata: .noError
      case .nxdomain: .nameError
      case .servfail: .serverFailure
      case .timeout, .malformedName: nil
      }
    let wire = code.map {
      DNSMessage.response(
        to: name,
        type,
        code: $0,
        answers: aliases
          + records.map { DNSMessage.Record(owner: owner, type: type.rawValue, data: $0) },
        timeToLive: Self.timeToLive
      )
    }
    return DNSAnswer(
      name: name,
      type: type,
      status: status,
      records: records,
      wire: wire ?? [],
      timeToLive: Self.timeToLive,
      receivedAt: time,
      source: Self.source
    )
  }

  private mutating func insert(_ name: String) throws(ZoneFileError) -> String {
    given = AnswerMemory()
    guard let ascii = IDNA.toASCII(name), let name = DNSName.normalized(ascii) else {
      throw .malformedName(name)
    }
    if nodes[name] == nil { nodes[name] = Node() }
    // RFC 8020: the names above an existing name exist too, without records.
    var rest = name[...]
    while let dot = rest.firstIndex(of: ".") {
      rest = rest[rest.index(after: dot)...]
      let parent = String(rest)
      guard nodes[parent] == nil else { break }
      nodes[parent] = Node()
    }
    return name
  }

  /// The data of a record in its usual text form; `nil` where the text doesn't fit the type.
  static func data(_ type: RecordType, _ strings: [[UInt8]]) -> [UInt8]? {
    if type == .txt { return ResourceData.make(strings: strings) }
    guard strings.count == 1 else { return nil }
    let text = String(decoding: strings[0], as: UTF8.self)
    switch type {
    case .a: return IPAddress.bytes(text, isIPv6: false)
    case .aaaa: return IPAddress.bytes(text, isIPv6: true)
    case .cname, .ptr: return DNSName.normalized(text).map { DNSName.wire($0) }
    case .mx:
      let parts = text.split(separator: " ")
      guard parts.count == 2, let preference = UInt16(parts[0]),
        let host = DNSName.normalized(String(parts[1]))
      else { return nil }
      return ResourceData.make(preference: preference, host: host)
    default: return nil
    }
  }
}

/// The last answers of a table that doesn't change.
private final class AnswerMemory: Sendable {
  /// The most answers that are remembered; then the memory is emptied.
  static let countMax = 2048
  /// The longest answer that is remembered, in bytes.
  static let byteCountMax = 4096

  private let answers = Mutex<[DNSQuestion: DNSAnswer]>([:])

  subscript(question: DNSQuestion) -> DNSAnswer? {
    get { answers.withLock { $0[question] } }
    set {
      guard let newValue, newValue.wire.count <= Self.byteCountMax else { return }
      answers.withLock {
        if $0.count >= Self.countMax { $0.removeAll(keepingCapacity: true) }
        $0[question] = newValue
      }
    }
  }
}
