extension Schema {
  /// What the ledger signed, and what others signed with it; and what became of DKIM keys.
  static let tables2 = """
    CREATE TABLE checkpoint (
      size INTEGER PRIMARY KEY CHECK (size >= 0),
      root_hash BLOB NOT NULL CHECK (length(root_hash) = 32),
      note BLOB NOT NULL,
      signed_at INTEGER NOT NULL,
      is_witnessed INTEGER NOT NULL CHECK (is_witnessed IN (0, 1))
    ) STRICT;
    CREATE INDEX checkpoint_witnessed ON checkpoint (size) WHERE is_witnessed = 1;

    CREATE TABLE restoration (
      id INTEGER PRIMARY KEY,
      restored_at INTEGER NOT NULL,
      leaf_count INTEGER NOT NULL,
      settled_at INTEGER,
      reason TEXT NOT NULL
    ) STRICT;

    CREATE TABLE timestamp_token (
      checkpoint INTEGER NOT NULL REFERENCES checkpoint,
      authority TEXT NOT NULL,
      token BLOB NOT NULL,
      chain BLOB NOT NULL,
      generated_at INTEGER NOT NULL,
      leaf_index INTEGER NOT NULL UNIQUE REFERENCES leaf,
      PRIMARY KEY (checkpoint, authority)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX timestamp_token_by_authority ON timestamp_token (authority, checkpoint);

    CREATE TABLE witnessed_log (
      origin TEXT PRIMARY KEY,
      size INTEGER NOT NULL CHECK (size >= 0),
      root_hash BLOB NOT NULL CHECK (length(root_hash) = 32),
      note BLOB NOT NULL,
      cosigned_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE key_check (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      found TEXT NOT NULL,
      key_digests BLOB NOT NULL,
      dns_archive BLOB NOT NULL
    ) STRICT;
    CREATE INDEX key_check_by_name ON key_check (name, asked_at, id);
    """

  static var protections2: String {
    ["timestamp_token", "key_check"].map { refusal("UPDATE ON", $0) + refusal("DELETE ON", $0) }
      .joined()
      + ["checkpoint", "restoration", "witnessed_log"].map { refusal("DELETE ON", $0) }.joined()
      + refusal("UPDATE OF size, root_hash, signed_at ON", "checkpoint")
      + refusal(
        "UPDATE OF note ON",
        "checkpoint",
        suffix: "rewriting",
        when: "substr(NEW.note, 1, length(OLD.note)) IS NOT OLD.note OR NEW.note IS NOT OLD.note"
          + " AND EXISTS (SELECT 1 FROM timestamp_token WHERE checkpoint = OLD.size)"
      )
      + refusal(
        "UPDATE OF is_witnessed ON",
        "checkpoint",
        suffix: "undo",
        when: "OLD.is_witnessed > NEW.is_witnessed"
      )
      + refusal(
        "INSERT ON",
        "checkpoint",
        suffix: "shrinking",
        when: "NEW.size <= (SELECT max(size) FROM checkpoint)"
      )
      + refusal("UPDATE OF id, restored_at, leaf_count ON", "restoration")
      + refusal(
        "UPDATE ON",
        "restoration",
        suffix: "undo",
        when: "OLD.settled_at IS NOT NULL"
      )
      + refusal("UPDATE OF origin ON", "witnessed_log")
      + refusal(
        "UPDATE ON",
        "witnessed_log",
        suffix: "shrinking",
        when: "NEW.size < OLD.size OR NEW.size = OLD.size AND NEW.root_hash IS NOT OLD.root_hash"
      )
  }
}
