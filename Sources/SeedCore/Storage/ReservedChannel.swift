/// A queue of the outbox that carries work of Seed's own: its rows are no alerts, are not counted as
/// such, and no channel of the configuration may have its name.
public enum ReservedChannel: String, Sendable, Hashable, CaseIterable {
  /// DKIM keys that are to be asked for again.
  case dkimKey = "dkim-key"
  /// Checkpoints that are to be stamped with the time.
  case timestamp

  /// The channel's name in the outbox.
  public var name: String { rawValue }
}
