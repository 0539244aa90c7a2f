public import SeedCore

extension Configuration {
  /// The clocks that the user goes by.
  var zone: LocalZone { LocalZone(identifier: alerts.timeZone) ?? .utc }

  /// What deliveries by a channel must keep to. The log is no push: nothing holds it back.
  func deliveryRules(_ channel: String) -> DeliveryRules {
    var rules = DeliveryRules(deadline: alerts.deadline, zone: zone)
    guard channel != LogChannel.channelName else { return rules }
    rules.maxPerHour = alerts.maxPerHour
    rules.quietHours = alerts.quietHours
    return rules
  }

  /// What makes digests.
  var digestMaker: DigestMaker {
    DigestMaker(
      channels: alertChannelNames,
      frequency: alerts.digest,
      at: alerts.digestAt,
      in: zone
    )
  }

  /// The dashboard's address for links; `nil` where it is not served, or not reached.
  var site: String? { web.isEnabled && !web.url.isEmpty ? web.url : nil }
}

/// Makes channels of what the configuration says of them.
public struct ChannelMaker: Sendable {
  private let home: Home
  private let configuration: Configuration
  private let environment: [String: String]
  private let mark: AlertMark
  private let clock: @Sendable () -> Timestamp

  /// A maker for a home; the environment may hold secrets.
  ///
  /// - Throws: ``HomeError``.
  public init(
    home: Home,
    configuration: Configuration,
    environment: [String: String],
    clock: @escaping @Sendable () -> Timestamp = WallClock.now
  ) throws {
    self.home = home
    self.configuration = configuration
    self.environment = environment
    self.clock = clock
    mark = try home.matchKey().alertMark
  }

  /// Every channel that pushes: the command where there is one, and the configured ones.
  public var all: [any AlertChannel] {
    let command = configuration.alerts.command.map {
      CommandChannel(
        command: $0,
        timeout: configuration.alerts.commandTimeout,
        folder: home.spoolPath
      )
    }
    return (command.map { [$0] } ?? []) + configuration.alerts.channels.map(make)
  }

  /// Checks that a channel's secrets can be read; sends nothing.
  public static func check(_ channel: any AlertChannel) throws(DeliveryError) {
    try (channel as? any CheckedChannel)?.check()
  }

  private func make(_ channel: Configuration.Channel) -> any AlertChannel {
    switch channel.kind {
    case .command:
      CommandChannel(
        name: channel.name,
        command: channel.command ?? "",
        timeout: configuration.alerts.commandTimeout,
        folder: home.spoolPath
      )
    case .smtp:
      SMTPChannel(
        writer: writer(channel),
        client: SMTPClient(
          url: channel.url,
          needsTLS: channel.tls == .starttls,
          user: channel.username,
          password: password(channel),
          caFile: channel.caFile.map(home.resolve)
        )
      )
    case .sendmail:
      SendmailChannel(
        writer: writer(channel),
        command: channel.command ?? SendmailChannel.standardCommand,
        timeout: configuration.alerts.commandTimeout,
        runner: CommandRunner(folder: home.spoolPath)
      )
    case .webhook: push(channel, WebhookFormat(secret: secret(channel)))
    case .ntfy: push(channel, NtfyFormat(login: login(channel)))
    case .apprise: push(channel, AppriseFormat(login: login(channel)))
    case .slack: push(channel, SlackFormat())
    case .discord: push(channel, DiscordFormat())
    case .teams: push(channel, TeamsFormat())
    case .matrix: push(channel, MatrixFormat(room: channel.room, login: login(channel)))
    }
  }

  private func push(_ channel: Configuration.Channel, _ format: any PushFormat) -> HTTPChannel {
    HTTPChannel(
      name: channel.name,
      url: ChannelSecret(
        key: key(channel, "url"),
        file: channel.urlFile.map(home.resolve),
        variable: channel.variable("URL"),
        environment: environment,
        plain: channel.url
      ),
      format: format,
      caFile: channel.caFile.map(home.resolve),
      site: configuration.site,
      clock: clock
    )
  }

  private func writer(_ channel: Configuration.Channel) -> MailWriter {
    MailWriter(
      channel: channel.name,
      from: channel.from,
      to: channel.to,
      site: configuration.site,
      mark: mark,
      clock: clock
    )
  }

  private func login(_ channel: Configuration.Channel) -> HTTPLogin? {
    password(channel).map { HTTPLogin(user: channel.username, password: $0) }
  }

  private func password(_ channel: Configuration.Channel) -> ChannelSecret? {
    let secret = ChannelSecret(
      key: key(channel, "password_file"),
      file: channel.passwordFile.map(home.resolve),
      variable: channel.variable("PASSWORD"),
      environment: environment
    )
    return secret.isThere ? secret : nil
  }

  private func secret(_ channel: Configuration.Channel) -> ChannelSecret {
    ChannelSecret(
      key: key(channel, "secret_file"),
      file: channel.secretFile.map(home.resolve),
      variable: channel.variable("SECRET"),
      environment: environment
    )
  }

  private func key(_ channel: Configuration.Channel, _ key: String) -> String {
    "\(key) of channel \(channel.name)"
  }
}
