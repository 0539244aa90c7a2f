extension Configuration {
  /// The text of a new `seed.toml`: every key, its default and what it is for.
  ///
  /// - Parameters:
  ///   - domain: The catch-all domain.
  ///   - maildirs: The maildirs, each an absolute path.
  ///   - trustedAuthserv: The authserv-ids that are believed.
  public static func template(
    domain: String,
    maildirs: [String],
    trustedAuthserv: [String]
  ) -> String {
    func list(_ texts: [String]) -> String { RawValue.array(texts.map(RawValue.string)).toml }
    func text(_ text: String) -> String { RawValue.quoted(text) }
    return """
      # Seed's configuration. Every key stands here with its default; the environment goes over it:
      # [web] listen is SEED_WEB_LISTEN, and lists are separated by commas. Relative paths are
      # taken from this home. `seedctl config show` prints what holds, and where it came from;
      # `systemctl reload seedd` (SIGHUP) reads it again.

      [mail]
      domain = \(text(domain))    # the catch-all domain
      maildirs = \(list(maildirs))    # where its mail is delivered; absolute paths
      trusted_authserv = \(list(trustedAuthserv))    # whose Authentication-Results are believed, above our own hop only
      #own_hosts = []              # our MTAs' names after `by` in Received, and their addresses; default: trusted_authserv
      after_ingest = "keep"        # "seen": moved to cur and marked as seen; "archive": moved to .Archive
      dmarc = "rfc9989"            # how DMARC finds a domain's owner; or "rfc7489", by the public suffix list
      trusted_sealers = []         # domains whose ARC chains are believed
      platforms = ""               # bulk-mail platforms besides the built-in ones, as JSON

      [judgement]
      withdrawal_grace = "28d"     # for so long after a withdrawal, mail is still put down to slowness

      [dns]
      servers = []                 # empty: the system's; ["127.0.0.1@5353"] asks that one
      zone = ""                    # a zone file instead of the network (tests, replays)
      public_suffix_list = ""      # a newer public suffix list than the built-in one
      trust_anchor = "auto"        # DNSSEC's root key: a file; "auto": Debian's, unless servers are set; "" for none

      [alerts]
      command = ""                 # run by /bin/sh for each alert, the finding as JSON on standard input
      command_timeout = "30s"      # after which it is stopped, and tried again later
      digest = "daily"             # further sightings, summed up; or "weekly" (on Mondays), "off"
      digest_at = "08:00"          # when, by the clocks of time_zone
      all_is_well = false          # a message each Monday that says so
      max_per_hour = 20            # for each channel; the last one of the hour stands for all that wait
      deadline = "7d"              # an alert that can't be delivered for so long is given up
      quiet_hours = ""             # "22:00-07:00": alerts wait, but for controls that are hit
      time_zone = ""               # such as "Europe/London"; empty: the system's

      #[[alerts.channel]]
      #name = "me"
      #kind = "smtp"               # sendmail, webhook, ntfy, apprise, slack, discord, matrix, teams, command
      #url = "smtp://127.0.0.1:2525"   # smtps:// for implicit TLS
      #tls = "starttls"            # "none" on loopback alone
      #from = "seed@example.org"
      #to = ["me@example.org"]     # outside the catch-all domain
      #username = ""
      #password_file = ""          # or SEED_CHANNEL_ME_PASSWORD in the environment

      #[[alerts.channel]]
      #name = "hook"
      #kind = "webhook"
      #url = "https://example.org/hook"
      #secret_file = "keys/hook.secret"   # whsec_… as Standard Webhooks writes it

      [heartbeat]
      url = ""                     # asked after each round in which all went well (healthchecks and the like)
      url_file = ""                # a file that holds it
      interval = "5m"

      [ledger]
      origin = \(text(domain + "/log"))    # the log's name; never change it
      checkpoint_interval = "1m"   # how often a checkpoint is made while there is something new
      timestamp_interval = "24h"   # how often each authority below stamps the newest one

      #[[ledger.timestamp]]        # an RFC 3161 authority; several are better than one
      #name = "tsa"
      #url = "https://tsa.example.org"
      #ca_file = "tsa-ca.pem"      # what its tokens are checked against
      #digest = "sha256"           # or "sha384", "sha512"

      #[[ledger.witness]]          # who cosigns checkpoints; more than half of them make one witnessed
      #name = "watchdog"
      #url = "https://witness.example.org"
      #key = ""                    # the witness's vkey

      [witness]
      enabled = false              # cosign the checkpoints of others, at [web] listen
      name = \(text(domain + "/witness"))    # the name of the key; never change it

      #[[witness.log]]
      #origin = "other.example/log"    # the first line of its checkpoints
      #key = ""                    # its vkey; several entries where it has several keys

      [web]
      enabled = false
      listen = "127.0.0.1:8025"
      url = ""                     # its address as people reach it, for links in alerts
      mint = false                 # may the web open the vault to mint?

      [log]
      level = "info"               # trace, debug, info, notice, warning, error, critical
      format = "text"              # or "json"

      """
  }
}
