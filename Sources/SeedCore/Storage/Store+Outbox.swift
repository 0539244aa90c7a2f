public import SeedMail

/// An effect outside that is still to be delivered, at least once and under a stable key.
public struct OutboxRow: Sendable, Hashable {
  /// Where a row stands.
  public enum State: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is to be delivered.
    case waiting
    /// It was.
    case delivered
    /// It was given up; a person may let it be tried again.
    case dead
    /// Another row stands for it, and for others that were too many.
    case joined
    /// A person doesn't want it delivered.
    case dropped
  }

  /// Its number; 0 before it is stored.
  public let id: Int64
  /// The channel's name in the configuration.
  public let channel: String
  /// What a receiver recognises a repetition by.
  public let key: String
  /// The finding event that it is about; `nil` for other messages.
  public let event: Int64?
  /// What is delivered.
  public let payload: [UInt8]
  /// Whether it goes before others, and also in quiet hours.
  public let isUrgent: Bool
  /// When it was queued.
  public let queuedAt: Timestamp
  /// When it is to be tried next.
  public var dueAt: Timestamp
  /// How often it was tried.
  public var attemptCount: Int
  /// Where it stands.
  public var state: State
  /// What went wrong last; empty where nothing did.
  public var lastError: String
  /// When it was delivered.
  public var deliveredAt: Timestamp?
  /// When a person last asked for it to be tried again.
  public var retriedAt: Timestamp?
  /// The row that stands for it.
  public var joinedTo: Int64?

  /// Makes a row.
  public init(
    id: Int64 = 0,
    channel: String,
    key: String,
    event: Int64?,
    payload: [UInt8],
    isUrgent: Bool = false,
    queuedAt: Timestamp,
    dueAt: Timestamp,
    attemptCount: Int = 0,
    state: State = .waiting,
    lastError: String = "",
    deliveredAt: Timestamp? = nil,
    retriedAt: Timestamp? = nil,
    joinedTo: Int64? = nil
  ) {
    self.id = id
    self.channel = channel
    self.key = key
    self.event = event
    self.payload = payload
    self.isUrgent = isUrgent
    self.queuedAt = queuedAt
    self.dueAt = dueAt
    self.attemptCount = attemptCount
    self.state = state
    self.lastError = lastError
    self.deliveredAt = deliveredAt
    self.retriedAt = retriedAt
    self.joinedTo = joinedTo
  }

  /// Whether it tells of a finding's event and was never tried, so that another row may stand for it.
  public var mayJoin: Bool { event != nil && attemptCount == 0 }
}

/// How a channel does, as far as it doesn't do well.
public struct ChannelState: Sendable, Hashable {
  /// The channel's name in the configuration.
  public let channel: String
  /// Since when every attempt failed; `nil` where the last one didn't.
  public var failingSince: Timestamp?
  /// How many attempts failed since then.
  public var failureCount: Int
  /// What went wrong last.
  public var lastError: String
  /// Before this, nothing is tried; `nil` for at once.
  public var nextAttemptAt: Timestamp?

  /// The state of a channel that does well.
  public init(
    channel: String,
    failingSince: Timestamp? = nil,
    failureCount: Int = 0,
    lastError: String = "",
    nextAttemptAt: Timestamp? = nil
  ) {
    self.channel = channel
    self.failingSince = failingSince
    self.failureCount = failureCount
    self.lastError = lastError
    self.nextAttemptAt = nextAttemptAt
  }
}

/// Which waiting rows of a channel are asked for.
public struct WaitingRows: Sendable, Hashable {
  /// The channel.
  public var channel: String
  /// Only rows that are due by then.
  public var dueAt: Timestamp
  /// Only urgent rows.
  public var isUrgentOnly: Bool
  /// Only rows that may join, or only those that may not (``OutboxRow/mayJoin``); `nil` for all.
  public var mayJoin: Bool?

  /// Asks for the rows of a channel.
  public init(
    channel: String,
    dueAt: Timestamp,
    isUrgentOnly: Bool = false,
    mayJoin: Bool? = nil
  ) {
    self.channel = channel
    self.dueAt = dueAt
    self.isUrgentOnly = isUrgentOnly
    self.mayJoin = mayJoin
  }
}

/// Reads the outbox.
public protocol OutboxReader {
  /// At most `limit` waiting rows of a channel that are due, the one that is due longest first.
  func outbox(channel: String, dueAt now: Timestamp, limit: Int) throws -> [OutboxRow]
  /// At most `limit` waiting rows, the urgent ones first, of these the one that is due longest.
  func waiting(_ rows: WaitingRows, limit: Int) throws -> [OutboxRow]
  /// When the next waiting row of a channel is due.
  func nextDue(channel: String) throws -> Timestamp?
  /// When the next urgent one is.
  func nextUrgentDue(channel: String) throws -> Timestamp?
  /// One row.
  func outboxRow(_ id: Int64) throws -> OutboxRow?
  /// Alerts by state, newest first: rows of every channel that isn't reserved.
  func outbox(_ state: OutboxRow.State, limit: Int) throws -> [OutboxRow]
  /// How many alerts wait, and how many were given up; those of a ``ReservedChannel`` are none.
  func outboxCounts() throws -> (waiting: Int, dead: Int)
  /// How many rows a channel delivered after `start` and up to `end`, and when the first of these.
  func deliveries(
    channel: String,
    after start: Timestamp,
    upTo end: Timestamp
  ) throws -> (count: Int, first: Timestamp?)
  /// How a channel does; `nil` where nothing went wrong yet.
  func channelState(_ channel: String) throws -> ChannelState?
  /// How channels do with which something went wrong once, by name.
  func channelStates() throws -> [ChannelState]
}

/// Changes the outbox.
public protocol OutboxWriter {
  /// Queues a row and returns its number; one whose channel and key are there already is left as it
  /// is, and `nil` returned.
  @discardableResult
  func enqueue(_ row: OutboxRow) throws -> Int64?
  /// Stores what became of a row: everything that may change.
  func save(_ row: OutboxRow) throws
  /// Lets every waiting row of a channel be due by `now`.
  func hasten(channel: String, at now: Timestamp) throws
  /// Stores how a channel does.
  func save(_ state: ChannelState) throws
}

/// Reads what the service remembers of its own work.
public protocol MemoReader {
  /// A memo's text; `nil` where there is none.
  func memo(_ name: String) throws -> String?
}

/// Lets the service remember something between two runs. No memo is evidence.
public protocol MemoWriter {
  /// Writes a memo, over an earlier one of its name.
  func setMemo(_ name: String, _ text: String) throws
}
