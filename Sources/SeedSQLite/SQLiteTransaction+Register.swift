import SeedCore

extension SQLiteTransaction {
  func organisation(_ id: Identifier<Organisation>) throws -> Organisation? {
    if let known = knownOrganisations[id] { return known }
    let organisation = try organisations(only: id).first
    if knownOrganisations.count >= Self.knownCountMax { knownOrganisations = [:] }
    knownOrganisations[id] = organisation
    return organisation
  }

  func organisations() throws -> [Organisation] { try organisations(only: nil) }

  func insert(_ organisation: Organisation) throws {
    try run(
      "INSERT INTO organisation (id, name, created_at) VALUES (?, ?, ?)",
      .id(organisation.id),
      .text(organisation.name),
      .time(organisation.createdAt)
    )
    for domain in organisation.domains { try add(domain, to: organisation.id) }
  }

  func rename(_ id: Identifier<Organisation>, to name: String) throws {
    knownOrganisations[id] = nil
    try require(run("UPDATE organisation SET name = ? WHERE id = ?", .text(name), .id(id)))
  }

  func add(_ domain: OrganisationDomain, to id: Identifier<Organisation>) throws {
    knownOrganisations[id] = nil
    try run(
      """
      INSERT INTO organisation_domain (organisation, domain, role, valid_from, valid_until, origin,
        reason, recorded_at, is_approved, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      .id(id),
      .text(domain.domain),
      .word(domain.role),
      .time(domain.validFrom),
      .time(domain.validUntil),
      .word(domain.origin),
      .text(domain.reason),
      .time(domain.recordedAt),
      .bool(domain.isApproved),
      .time(domain.revokedAt)
    )
  }

  func revoke(_ domain: String, of id: Identifier<Organisation>, at now: Timestamp) throws -> Int {
    knownOrganisations[id] = nil
    return try run(
      """
      UPDATE organisation_domain SET revoked_at = ?
        WHERE organisation = ? AND domain = ? AND revoked_at IS NULL
      """,
      .time(now),
      .id(id),
      .text(domain)
    )
  }

  func approve(_ domain: String, of id: Identifier<Organisation>) throws -> Int {
    knownOrganisations[id] = nil
    return try run(
      """
      UPDATE organisation_domain SET is_approved = 1
        WHERE organisation = ? AND domain = ? AND origin = ? AND is_approved = 0
          AND revoked_at IS NULL
      """,
      .id(id),
      .text(domain),
      .word(OrganisationDomain.Origin.learned)
    )
  }

  private func organisations(only id: Identifier<Organisation>?) throws -> [Organisation] {
    let values = id.map { [SQLValue.id($0)] } ?? []
    var domains: [Identifier<Organisation>: [OrganisationDomain]] = [:]
    try each(
      """
      SELECT organisation, domain, role, valid_from, valid_until, origin, reason, recorded_at,
        is_approved, revoked_at FROM organisation_domain
        \(id == nil ? "" : "WHERE organisation = ?") ORDER BY id
      """,
      values
    ) { row in
      domains[row.id(0), default: []].append(
        OrganisationDomain(
          domain: try row.text(1),
          role: try row.word(2),
          validFrom: row.optional(3, row.time),
          validUntil: row.optional(4, row.time),
          origin: try row.word(5),
          reason: try row.text(6),
          recordedAt: row.time(7),
          isApproved: row.bool(8),
          revokedAt: row.optional(9, row.time)
        )
      )
      return true
    }
    var organisations: [Organisation] = []
    try each(
      """
      SELECT id, name, created_at FROM organisation \(id == nil ? "" : "WHERE id = ?") ORDER BY id
      """,
      values
    ) { row in
      let id: Identifier<Organisation> = row.id(0)
      organisations.append(
        Organisation(
          id: id,
          name: try row.text(1),
          createdAt: row.time(2),
          domains: domains[id] ?? []
        )
      )
      return true
    }
    return organisations
  }
}
