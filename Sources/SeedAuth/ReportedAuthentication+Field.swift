public import SeedMail

extension ReportedAuthentication {
  /// The most `Authentication-Results` fields of a message that are kept, from the top.
  public static let fieldCountMax = 64

  /// What a field says, and whether it may be believed.
  public init(_ field: AuthenticationResultsField, trusted: Bool) {
    self.init(
      authserv: field.authserv,
      trusted: trusted,
      results: field.results.map { statement in
        Statement(
          method: statement.method,
          result: statement.result,
          properties: statement.properties.map {
            Property(name: "\($0.ptype).\($0.property)", value: $0.value)
          },
          reason: statement.reason
        )
      }
    )
  }

  /// The fields of a message, from top to bottom; those that break the grammar are left out.
  ///
  /// One is trusted where its authserv-id is among `authservs` and it stands above `ownHop`.
  /// Without an own hop none is.
  public static func all(
    in message: Message,
    above ownHop: OwnHop?,
    authservs: OwnHosts
  ) -> [ReportedAuthentication] {
    var reported: [ReportedAuthentication] = []
    for (index, field) in message.fields.enumerated() where field.kind == .authenticationResults {
      guard reported.count < fieldCountMax else { break }
      guard let field = message.authenticationResults(field) else { continue }
      let isAbove = ownHop.map { index < $0.fieldIndex } ?? false
      reported.append(Self(field, trusted: isAbove && authservs.contains(field.authserv)))
    }
    return reported
  }
}
