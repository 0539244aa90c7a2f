public import SeedCore

extension Configuration {
  /// The channels that alerts are queued for: the log, the command where there is one, and the
  /// configured ones.
  public var alertChannelNames: [String] {
    [LogChannel.channelName] + (alerts.command == nil ? [] : ["command"])
      + alerts.channels.map(\.name)
  }

  /// How mail is authenticated.
  public var authenticationSettings: AuthenticationSettings {
    AuthenticationSettings(dmarcMode: mail.dmarc, trustedSealers: Set(mail.trustedSealers))
  }

  /// What intake needs to know of this deployment.
  public var intakeSettings: IntakeSettings {
    IntakeSettings(
      domain: mail.domain,
      ownHosts: OwnHosts(names: mail.ownHosts),
      authservs: OwnHosts(names: mail.trustedAuthserv),
      withdrawalGrace: judging.withdrawalGrace,
      channels: alertChannelNames,
      authentication: authenticationSettings,
      platforms: mail.platforms
    )
  }
}
