extension Finding.Severity {
  /// How urgent a finding of that class, sender and grade is.
  public init(_ messageClass: MessageClass, _ sender: Sender, _ grade: Grade, corroborated: Bool) {
    let alone: Self =
      switch messageClass {
      case .control: .critical
      case .disclosure: grade >= .b ? .high : .medium
      case .withdrawn: sender.status.isAuthenticated ? .high : .medium
      case .impersonation, .purpose: .medium
      case .stranger, .related, .bounce, .expected, .unverified, .pending: .low
      }
    guard corroborated else {
      self = alone
      return
    }
    self =
      switch alone {
      case .low: .medium
      case .medium: .high
      case .high, .critical: alone
      }
  }
}

extension MessageClass {
  /// Graver classes have higher numbers: a finding shows the gravest of its sightings.
  var gravity: Int {
    switch self {
    case .pending, .expected, .unverified: 0
    case .bounce: 1
    case .related: 2
    case .stranger: 3
    case .purpose: 4
    case .impersonation: 5
    case .withdrawn: 6
    case .disclosure: 7
    case .control: 8
    }
  }
}
