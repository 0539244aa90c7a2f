public import SeedCore
public import SeedCrypto

/// What `seed.toml` and the environment say, read once and never changed.
public struct Configuration: Sendable, Hashable {
  /// `[mail]`: where mail comes from.
  public struct Mail: Sendable, Hashable {
    /// What is done with a message in a maildir after its commit.
    public enum AfterIngest: String, Sendable, Hashable, CaseIterable {
      /// Nothing: other programs see the maildir as if nobody had looked.
      case keep
      /// It is moved to `cur` and marked as seen.
      case seen
      /// It is moved to the maildir's subfolder `.Archive`, marked as seen.
      case archive
    }

    /// The catch-all domain in A-labels.
    public var domain: String
    /// The maildirs, each an absolute path.
    public var maildirs: [String]
    /// The authserv-ids whose Authentication-Results are believed, above the own hop alone.
    public var trustedAuthserv: [String]
    /// What our own MTAs write after `by` in Received, and their addresses; the trusted authserv-ids
    /// where not set.
    public var ownHosts: [String]
    /// What is done with a message after its commit.
    public var afterIngest: AfterIngest
    /// How DMARC finds the organizational domain.
    public var dmarc: DMARCResult.Mode
    /// The domains whose ARC chains are believed, as A-labels in lower case.
    public var trustedSealers: [String]
    /// A file of bulk-mail platforms besides the built-in ones.
    public var platformsFile: String?
    /// The bulk-mail platforms that are known.
    public var platforms = Platforms.builtIn
  }

  /// `[judgement]`: how mail is judged.
  public struct Judging: Sendable, Hashable {
    /// For how long after a withdrawal mail is still put down to slowness.
    public var withdrawalGrace: Duration
  }

  /// `[dns]`: whom to ask.
  public struct DNS: Sendable, Hashable {
    /// Servers as `address` or `address@port`; none: the system's.
    public var servers: [String]
    /// A zone file that is asked instead of the network.
    public var zone: String?
    /// A public suffix list to use instead of the built-in one.
    public var publicSuffixList: String?
    /// Where answers are checked by DNSSEC.
    public var trustAnchor = TrustAnchor.automatic
  }

  /// `[alerts]`: how the owner is told.
  public struct Alerts: Sendable, Hashable {
    /// A command for `/bin/sh` that is run for each alert, the finding as JSON on its standard input.
    public var command: String?
    /// For how long the command may run.
    public var commandTimeout: Duration
    /// How often further sightings are summed up.
    public var digest: DigestMaker.Frequency
    /// When, by the clocks of ``timeZone``; weekly ones on Mondays.
    public var digestAt: TimeOfDay
    /// Whether a message says on Mondays that all is well.
    public var allIsWell: Bool
    /// How many messages a channel delivers in any hour: the last one stands for all that wait.
    public var maxPerHour: Int
    /// For how long an alert is tried.
    public var deadline: Duration
    /// When only urgent alerts are delivered.
    public var quietHours: QuietHours?
    /// A zone by its IANA name, such as `Europe/London`; empty for the system's.
    public var timeZone: String
    /// The other channels.
    public var channels: [Channel]
  }

  /// `[[alerts.channel]]`: one more way to tell the owner.
  public struct Channel: Sendable, Hashable {
    /// What delivers it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      case smtp, sendmail, webhook, ntfy, apprise, slack, discord, matrix, teams, command
    }
    /// How SMTP is protected.
    public enum TLS: String, Sendable, Hashable, CaseIterable { case starttls, none }

    /// Its name, by which outbox rows name it.
    public var name: String
    /// What delivers it.
    public var kind: Kind
    /// Where to; empty where ``urlFile`` or the environment says it.
    public var url: String
    /// A file that holds the URL: for some kinds, whoever knows it may write there.
    public var urlFile: String?
    /// Certificates in PEM to trust instead of the system's.
    public var caFile: String?
    /// The room of a channel of kind `matrix`.
    public var room: String
    /// How SMTP is protected; `smtps` URLs are TLS from the first byte.
    public var tls: TLS
    /// The sender's address.
    public var from: String
    /// The recipients' addresses.
    public var to: [String]
    /// The user name; empty for none.
    public var username: String
    /// A file that holds the password, or the token where there is no user name.
    public var passwordFile: String?
    /// A file that holds the secret that deliveries are signed with.
    public var secretFile: String?
    /// The command of a channel of kind `command`, or what takes the mail of kind `sendmail`.
    public var command: String?
  }

  /// `[heartbeat]`: whom to tell that all goes on.
  public struct Heartbeat: Sendable, Hashable {
    /// What is asked; empty for nobody.
    public var url: String
    /// A file that holds the URL.
    public var urlFile: String?
    /// How often.
    public var interval: Duration
  }

  /// `[ledger]`: the public log.
  public struct Ledger: Sendable, Hashable {
    /// The log's name.
    public var origin: String
    /// How often a checkpoint is made while there is something new.
    public var checkpointInterval: Duration
    /// How often each authority stamps a checkpoint.
    public var timestampInterval: Duration
    /// Who stamps checkpoints with the time.
    public var timestamps: [TimestampAuthority]
    /// Who cosigns checkpoints.
    public var witnesses: [Witness]
  }

  /// `[[ledger.timestamp]]`: an RFC 3161 authority.
  public struct TimestampAuthority: Sendable, Hashable {
    /// Its name here.
    public var name: String
    /// Where it is asked.
    public var url: String
    /// The certificates that its tokens are checked against.
    public var caFile: String
    /// The digest that it is given.
    public var digest: MessageImprint.Algorithm
  }

  /// `[[ledger.witness]]`: a witness of C2SP's `tlog-witness`.
  public struct Witness: Sendable, Hashable {
    /// Its name here.
    public var name: String
    /// Where it is asked.
    public var url: String
    /// Its verifier key.
    public var key: NoteKey
  }

  /// `[witness]`: cosigning the checkpoints of other ledgers.
  public struct Witnessing: Sendable, Hashable {
    /// Whether it is served, at `[web] listen`.
    public var isEnabled: Bool
    /// The name of the key that it cosigns with.
    public var name: String
    /// Whose checkpoints are cosigned.
    public var logs: [LedgerWitness.Log]
  }

  /// `[web]`: the dashboard and the API.
  public struct Web: Sendable, Hashable {
    /// Whether it is served.
    public var isEnabled: Bool
    /// The address and port that it listens on.
    public var listen: String
    /// The address at which people reach it, for links in alerts; empty where there is none.
    public var url: String
    /// Whether it may open the vault to mint.
    public var mayMint: Bool
  }

  /// `[log]`: what is written to standard error.
  public struct Log: Sendable, Hashable {
    /// From which level on.
    public enum Level: String, Sendable, Hashable, CaseIterable {
      case trace, debug, info, notice, warning, error, critical
    }
    /// In which form.
    public enum Format: String, Sendable, Hashable, CaseIterable { case text, json }

    /// From which level on.
    public var level: Level
    /// In which form.
    public var format: Format
  }

  /// Where mail comes from.
  public var mail: Mail
  /// How mail is judged.
  public var judging: Judging
  /// Whom to ask.
  public var dns: DNS
  /// How the owner is told.
  public var alerts: Alerts
  /// Whom to tell that all goes on.
  public var heartbeat: Heartbeat
  /// The public log.
  public var ledger: Ledger
  /// Cosigning for others.
  public var witnessing: Witnessing
  /// The dashboard and the API.
  public var web: Web
  /// What is written to standard error.
  public var log: Log
}

extension Configuration {
  /// One value that holds, for `seedctl config show`.
  public struct Setting: Sendable, Hashable {
    /// Where a value came from.
    public enum Origin: Sendable, Hashable, CustomStringConvertible {
      case builtIn
      case file
      /// The environment variable of that name.
      case environment(String)

      /// `default`, `file`, or `environment SEED_…`.
      public var description: String {
        switch self {
        case .builtIn: "default"
        case .file: "file"
        case .environment(let name): "environment \(name)"
        }
      }
    }

    /// The key with its table, such as `mail.domain`.
    public let key: String
    /// The value as TOML writes it.
    public let value: String
    /// Where it came from.
    public let origin: Origin
  }

  /// A configuration together with where its values came from.
  public struct Loaded: Sendable, Hashable {
    /// The configuration.
    public internal(set) var configuration: Configuration
    /// Every value that holds, in the order of the template.
    public let settings: [Setting]
    /// What looks wrong without being so, such as an environment variable that means no key.
    public let warnings: [String]
  }
}

/// Why a configuration can't be used.
public struct ConfigurationError: OperatorError, Hashable {
  /// The file that was read.
  public let path: String
  /// What is wrong, each naming its key; at least one.
  public let problems: [String]

  public var exitStatus: ExitStatus { .failed }

  /// The first problem, and how many there are besides.
  public var description: String {
    let rest = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
    return "\(path): \(problems.first ?? "not a configuration")\(rest)"
  }
}
