import GRDB

/// The tables of a store, as `docs/formats/store-v3.md` describes them.
enum Schema {
  /// The version that this code reads and writes; kept as SQLite's `user_version`.
  static let version: Int64 = 3
  /// SQLite's `application_id` of a store: "Seed".
  static let applicationID: Int64 = 0x5365_6564

  /// Brings a store from whatever version it has to ``version``.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(sql: tables1 + "\n" + protections1)
      try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = 1")
    }
    migrator.registerMigration("2") { db in
      try db.execute(sql: tables2 + "\n" + protections2)
      try db.execute(sql: "PRAGMA user_version = 2")
    }
    migrator.registerMigration("3") { db in
      try db.execute(sql: tables3)
      try db.execute(sql: "PRAGMA user_version = 3")
    }
    return migrator
  }

  /// What is written once and never again.
  static let appendOnlyTables = appendOnlyTables1 + ["timestamp_token", "key_check"]

  /// What may change in part, but never goes.
  static let lastingTables = lastingTables1 + ["checkpoint", "restoration", "witnessed_log"]

  private static let appendOnlyTables1 = [
    "notice", "delivery", "message", "sighting", "sighting_facts", "judgement", "leaf",
    "sender_case", "finding_event", "silence",
  ]

  private static let lastingTables1 = [
    "organisation", "organisation_domain", "seed", "finding", "outbox",
  ]

  // What a version once did is never changed, or stores of one version would differ.
  private static var protections1: String {
    appendOnlyTables1.map { refusal("UPDATE ON", $0) + refusal("DELETE ON", $0) }.joined()
      + lastingTables1.map { refusal("DELETE ON", $0) }.joined()
      + refusal(
        "UPDATE OF id, token, organisation, scheme, control, form, purpose, opt_in,"
          + " notice_digest, participant, minted_at, learn_until, leaf_index ON",
        "seed"
      )
      + refusal(
        "UPDATE OF id, organisation, domain, role, valid_from, valid_until, origin, reason,"
          + " recorded_at ON",
        "organisation_domain"
      )
      + refusal(
        "UPDATE OF is_approved, revoked_at ON",
        "organisation_domain",
        suffix: "undo",
        when: "OLD.is_approved > NEW.is_approved"
          + " OR (OLD.revoked_at IS NOT NULL AND OLD.revoked_at IS NOT NEW.revoked_at)"
      )
  }

  /// A trigger that refuses a change.
  static func refusal(
    _ change: String,
    _ table: String,
    suffix: String? = nil,
    when condition: String = "TRUE"
  ) -> String {
    let name = suffix ?? (change.hasPrefix("DELETE") ? "delete" : "update")
    return """
      CREATE TRIGGER \(table)_no_\(name) BEFORE \(change) \(table) WHEN \(condition)
        BEGIN SELECT RAISE(ABORT, '\(table) is kept as it is'); END;

      """
  }

  // Times are milliseconds since 1970, identifiers their numbers, words the raw values of the
  // model's enumerations.
  private static let tables1 = """
    CREATE TABLE organisation (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE organisation_domain (
      id INTEGER PRIMARY KEY,
      organisation INTEGER NOT NULL REFERENCES organisation,
      domain TEXT NOT NULL,
      role TEXT NOT NULL,
      valid_from INTEGER,
      valid_until INTEGER,
      origin TEXT NOT NULL,
      reason TEXT NOT NULL,
      recorded_at INTEGER NOT NULL,
      is_approved INTEGER NOT NULL CHECK (is_approved IN (0, 1)),
      revoked_at INTEGER
    ) STRICT;
    CREATE INDEX organisation_domain_by_organisation ON organisation_domain (organisation);

    CREATE TABLE leaf (
      idx INTEGER PRIMARY KEY CHECK (idx >= 0),
      kind TEXT NOT NULL,
      bytes BLOB NOT NULL,
      subject INTEGER,
      opening BLOB NOT NULL
    ) STRICT;
    CREATE INDEX leaf_by_subject ON leaf (subject, kind) WHERE subject IS NOT NULL;

    CREATE TABLE notice (
      digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
      byte_count INTEGER NOT NULL,
      frame BLOB NOT NULL
    ) STRICT;

    CREATE TABLE seed (
      id INTEGER PRIMARY KEY,
      token BLOB NOT NULL UNIQUE CHECK (length(token) = 16),
      organisation INTEGER REFERENCES organisation,
      scheme TEXT NOT NULL,
      control TEXT,
      form TEXT NOT NULL,
      purpose TEXT NOT NULL,
      opt_in TEXT,
      notice_digest BLOB REFERENCES notice,
      participant TEXT,
      minted_at INTEGER NOT NULL,
      learn_until INTEGER,
      leaf_index INTEGER REFERENCES leaf,
      retired_at INTEGER,
      withdrawn_at INTEGER
    ) STRICT;
    CREATE INDEX seed_by_organisation ON seed (organisation);
    CREATE INDEX seed_control ON seed (control) WHERE control IS NOT NULL;

    CREATE TABLE known_file (
      base_name TEXT NOT NULL,
      inode INTEGER NOT NULL,
      byte_count INTEGER NOT NULL,
      modified_at INTEGER NOT NULL,
      PRIMARY KEY (base_name, inode, byte_count, modified_at)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE delivery (
      id INTEGER PRIMARY KEY,
      base_name TEXT NOT NULL,
      message_digest BLOB NOT NULL CHECK (length(message_digest) = 32),
      taken_at INTEGER NOT NULL,
      UNIQUE (base_name, message_digest)
    ) STRICT;

    CREATE TABLE message (
      id INTEGER PRIMARY KEY,
      digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
      byte_count INTEGER NOT NULL,
      frame BLOB NOT NULL
    ) STRICT;

    CREATE TABLE sighting (
      id INTEGER PRIMARY KEY,
      seed INTEGER NOT NULL REFERENCES seed,
      delivery INTEGER NOT NULL REFERENCES delivery,
      message INTEGER NOT NULL REFERENCES message,
      recipient TEXT NOT NULL,
      recipient_source TEXT NOT NULL,
      arrived_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL,
      UNIQUE (delivery, seed)
    ) STRICT;
    CREATE INDEX sighting_by_arrival ON sighting (arrived_at);

    CREATE TABLE sighting_facts (
      sequence INTEGER PRIMARY KEY,
      sighting INTEGER NOT NULL REFERENCES sighting,
      recorded_at INTEGER NOT NULL,
      facts TEXT NOT NULL,
      dns_archive BLOB NOT NULL
    ) STRICT;
    CREATE INDEX sighting_facts_by_sighting ON sighting_facts (sighting);

    CREATE TABLE judgement (
      sequence INTEGER PRIMARY KEY,
      id INTEGER NOT NULL UNIQUE,
      sighting INTEGER NOT NULL REFERENCES sighting,
      made_at INTEGER NOT NULL,
      cause TEXT NOT NULL,
      sender_domain TEXT NOT NULL,
      sender_status TEXT NOT NULL,
      sender_platform TEXT,
      grade TEXT NOT NULL,
      class TEXT NOT NULL,
      reasons TEXT NOT NULL
    ) STRICT;
    CREATE INDEX judgement_by_sighting ON judgement (sighting);

    CREATE TABLE current_sighting (
      sighting INTEGER PRIMARY KEY REFERENCES sighting,
      seed INTEGER NOT NULL REFERENCES seed,
      facts INTEGER NOT NULL REFERENCES sighting_facts,
      judgement INTEGER REFERENCES judgement,
      sender_key TEXT,
      is_pending INTEGER NOT NULL DEFAULT 0 CHECK (is_pending IN (0, 1)),
      baseline_at INTEGER
    ) STRICT;
    CREATE INDEX current_sighting_by_seed ON current_sighting (seed);
    CREATE INDEX current_sighting_by_sender ON current_sighting (seed, sender_key)
      WHERE sender_key IS NOT NULL;
    CREATE INDEX current_sighting_pending ON current_sighting (is_pending) WHERE is_pending = 1;
    CREATE INDEX current_sighting_baseline ON current_sighting (seed, baseline_at)
      WHERE baseline_at IS NOT NULL;

    CREATE TABLE sender_case (
      id INTEGER PRIMARY KEY,
      organisation INTEGER REFERENCES organisation,
      sender_key TEXT NOT NULL,
      opened_at INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX sender_case_by_sender
      ON sender_case (sender_key, coalesce(organisation, -1));

    CREATE TABLE finding (
      id INTEGER PRIMARY KEY,
      case_id INTEGER NOT NULL REFERENCES sender_case,
      seed INTEGER NOT NULL REFERENCES seed,
      organisation INTEGER REFERENCES organisation,
      sender_key TEXT NOT NULL,
      sender_domain TEXT NOT NULL,
      sender_status TEXT NOT NULL,
      sender_platform TEXT,
      class TEXT NOT NULL,
      grade TEXT NOT NULL,
      severity TEXT NOT NULL,
      state TEXT NOT NULL,
      first_seen INTEGER NOT NULL,
      last_seen INTEGER NOT NULL,
      sighting_count INTEGER NOT NULL,
      is_corroborated INTEGER NOT NULL CHECK (is_corroborated IN (0, 1)),
      reasons TEXT NOT NULL,
      UNIQUE (seed, sender_key)
    ) STRICT;
    CREATE INDEX finding_by_case ON finding (case_id);
    CREATE INDEX finding_by_state ON finding (state);

    CREATE TABLE finding_event (
      sequence INTEGER PRIMARY KEY,
      finding INTEGER NOT NULL REFERENCES finding,
      kind TEXT NOT NULL,
      at INTEGER NOT NULL,
      state TEXT NOT NULL,
      reason TEXT NOT NULL,
      is_silenced INTEGER NOT NULL CHECK (is_silenced IN (0, 1))
    ) STRICT;
    CREATE INDEX finding_event_by_finding ON finding_event (finding);

    CREATE TABLE silence (
      id INTEGER PRIMARY KEY,
      sender_key TEXT,
      organisation INTEGER REFERENCES organisation,
      reason TEXT NOT NULL,
      starts_at INTEGER NOT NULL,
      ends_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE day_count (
      day TEXT PRIMARY KEY,
      recipients INTEGER NOT NULL,
      known INTEGER NOT NULL,
      near INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      refused INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY,
      channel TEXT NOT NULL,
      key TEXT NOT NULL,
      event INTEGER REFERENCES finding_event,
      payload BLOB NOT NULL,
      queued_at INTEGER NOT NULL,
      due_at INTEGER NOT NULL,
      attempt_count INTEGER NOT NULL,
      state TEXT NOT NULL,
      last_error TEXT NOT NULL,
      UNIQUE (channel, key)
    ) STRICT;
    CREATE INDEX outbox_due ON outbox (state, channel, due_at);
    """
}
