public import Logging
public import SeedCore
public import ServiceLifecycle
import UnixSignals

/// The daemon of one home: watches the maildirs, takes mail in, delivers alerts, and signs checkpoints.
public struct Daemon: Sendable {
  private let home: Home
  private let configurationPath: String
  private let environment: [String: String]
  private let store: any Store
  private let logSettings: LogLineHandler.Settings
  private let logger: Logger
  private let lookForDamage: @Sendable () async throws -> Void
  private let extraServices: @Sendable (Configuration) async throws -> [any Service]

  /// Makes a daemon for an open home and its store.
  ///
  /// - Parameters:
  ///   - lookForDamage: Looks through the whole store, now and then; throws where it is damaged.
  ///   - extraServices: What runs besides with a configuration, such as a web server.
  public init(
    home: Home,
    configurationPath: String,
    environment: [String: String],
    store: any Store,
    logSettings: LogLineHandler.Settings,
    logger: Logger,
    lookForDamage: @escaping @Sendable () async throws -> Void = {},
    extraServices: @escaping @Sendable (Configuration) async throws -> [any Service] = { _ in [] }
  ) {
    self.home = home
    self.configurationPath = configurationPath
    self.environment = environment
    self.store = store
    self.logSettings = logSettings
    self.logger = logger
    self.lookForDamage = lookForDamage
    self.extraServices = extraServices
  }

  /// Drains the maildirs, delivers what is due, and returns what was taken in.
  ///
  /// - Throws: ``OperatorError`` where the home or the configuration can't be used, and what the store
  ///   throws: what was not taken in waits still.
  @discardableResult
  public func runOnce() async throws -> IntakeReport {
    let lock = try home.lock()
    defer { withExtendedLifetime(lock) {} }
    let spool = try Spool(folder: home.spoolPath)
    let parts = try await makeParts(loadConfiguration(), spool)
    await parts.intake.scan(all: true)
    var report = IntakeReport()
    while let part = try await parts.intake.step() { report += part }
    _ = try await UpkeepService.round(parts.taker, logger)
    await parts.ledger.prepare()
    try await parts.ledger.round()
    _ = try await SelfWatchService.round(parts.watch, logger)
    for worker in parts.workers { _ = try await worker.deliverDue() }
    await parts.witnesses?.round()
    try await parts.timestamper.round()
    try await spool.close()
    return report
  }

  /// Runs until SIGTERM or SIGINT; SIGHUP reads the configuration again.
  ///
  /// - Throws: ``OperatorError`` where the home or the configuration can't be used.
  public func run() async throws {
    let lock = try home.lock()
    defer { withExtendedLifetime(lock) {} }
    CrashMark.install()
    let spool = try Spool(folder: home.spoolPath)
    let notifier = SystemdNotifier(environment: environment)
    let supervisor = Supervisor(try loadConfiguration())
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await signal in signals {
          if signal == .sighup {
            notifier?.reloading()
            await reload(supervisor, notifier)
          } else {
            notifier?.stopping()
            await supervisor.stop()
          }
        }
      }
      group.addTask {
        while let configuration = await supervisor.next() {
          let services = try await makeServices(configuration, spool, notifier)
          // Below this level it prints whole services, with all that they hold.
          var quietLogger = logger
          quietLogger.logLevel = .notice
          let serviceGroup = ServiceGroup(services: services, logger: quietLogger)
          await supervisor.started(serviceGroup)
          try await serviceGroup.run()
        }
        logger.notice("seedd stops")
      }
      // The signals never end; the services do.
      _ = try await group.next()
      group.cancelAll()
    }
    try await spool.close()
  }

  /// Reads the configuration anew; a wrong one is reported, and the old one holds on.
  private func reload(_ supervisor: Supervisor, _ notifier: SystemdNotifier?) async {
    do {
      let configuration = try loadConfiguration()
      // What it names must be there as well.
      _ = try home.intake(configuration, store: store)
      await supervisor.replace(configuration)
      logger.notice("the configuration was read again")
    } catch {
      logger.error(
        "the configuration can't be used; the old one holds on",
        metadata: ["error": "\(FailureText.of(error))"]
      )
      notifier?.ready()
    }
  }

  private func loadConfiguration() throws -> Configuration {
    let loaded = try Configuration.load(path: configurationPath, environment: environment)
    logSettings.apply(loaded.configuration.log)
    for warning in loaded.warnings {
      logger.warning("an environment variable means nothing", metadata: ["reason": "\(warning)"])
    }
    return loaded.configuration
  }

  /// What both ways of running need.
  private struct Parts {
    let taker: any ArrivalTaker
    let intake: MaildirIntake
    let workers: [OutboxWorker]
    let ledger: LedgerService
    let watch: SelfWatch
    let witnesses: WitnessClientService?
    let timestamper: Timestamper
  }

  private func makeParts(_ configuration: Configuration, _ spool: Spool) async throws -> Parts {
    let taker = try home.intake(configuration, store: store)
    let arrivalLog = ArrivalLog()
    let intake = MaildirIntake(
      scanner: MaildirScanner(maildirs: configuration.mail.maildirs, executor: spool.executor),
      store: store,
      taker: taker,
      spool: spool,
      quarantine: Quarantine(home),
      afterIngest: configuration.mail.afterIngest,
      batchTime: IntakeService.batchTime,
      arrivalLog: arrivalLog,
      logger: logger,
      clock: WallClock.now
    )
    try await intake.recover()
    var ledger = try await openLedger(configuration)
    let witnesses = witnessClients(configuration, ledger.ledger)
    if let witnesses { ledger.prepare = { await witnesses.round(again: true) } }
    let maker = try ChannelMaker(
      home: home,
      configuration: configuration,
      environment: environment
    )
    let channels: [any AlertChannel] = [LogChannel(logger: logger)] + maker.all
    let workers = channels.map { channel in
      OutboxWorker(
        channel: channel,
        rules: configuration.deliveryRules(channel.name),
        // With a sync for each line, a new alert would wait behind those of a backlog.
        batchCountMax: channel is LogChannel ? 256 : 1,
        store: store,
        clock: WallClock.now,
        logger: logger
      )
    }
    let watch = SelfWatch(
      configuration: configuration,
      homePath: home.path,
      store: store,
      channels: channels,
      arrivals: arrivalLog,
      senses: .system(quarantine: Quarantine(home), intake: intake),
      logger: logger
    )
    return Parts(
      taker: taker,
      intake: intake,
      workers: workers,
      ledger: ledger,
      watch: watch,
      witnesses: witnesses,
      timestamper: Timestamper(
        home: home,
        configuration: configuration,
        store: store,
        logger: logger
      )
    )
  }

  /// Who asks the witnesses, where there are any.
  private func witnessClients(
    _ configuration: Configuration,
    _ ledger: Ledger
  ) -> WitnessClientService? {
    let names = configuration.ledger.witnesses.map(\.name)
    guard !names.isEmpty else { return nil }
    return WitnessClientService(
      witnesses: LedgerWitnesses(ledger, configuration.ledger),
      names: names,
      logger: logger
    )
  }

  /// The ledger, after a look whether it holds: a daemon must not go on with one that doesn't.
  private func openLedger(_ configuration: Configuration) async throws -> LedgerService {
    let ledger = try await home.ledger(
      configuration,
      store: store,
      keyWasMade: {
        logger.notice(
          "a key for the ledger was made; back it up",
          metadata: ["path": "keys/ledger.key"]
        )
      }
    )
    let status = try await ledger.status()
    if let problem = status.problem { throw problem }
    if let refusal = status.refusal {
      logger.warning("the ledger signs nothing new", metadata: ["reason": "\(refusal)"])
    }
    return LedgerService(
      ledger: ledger,
      interval: configuration.ledger.checkpointInterval,
      clock: WallClock.now,
      logger: logger
    )
  }

  private func heartbeatURL(_ configuration: Configuration) -> ChannelSecret? {
    let url = ChannelSecret(
      key: "heartbeat.url",
      file: configuration.heartbeat.urlFile.map(home.resolve),
      variable: "SEED_HEARTBEAT_URL",
      environment: [:],
      plain: configuration.heartbeat.url
    )
    return url.isThere ? url : nil
  }

  private func makeServices(
    _ configuration: Configuration,
    _ spool: Spool,
    _ notifier: SystemdNotifier?
  ) async throws -> [any Service] {
    let parts = try await makeParts(configuration, spool)
    let heartbeat = Heartbeat()
    let outboxes = parts.workers.map { OutboxService(worker: $0, bell: Bell()) }
    let bells = outboxes.map(\.bell)
    let upkeepBell = Bell()
    if configuration.mail.maildirs.isEmpty {
      logger.warning("no maildir is configured; enter [mail] maildirs in seed.toml")
    }
    var services: [any Service] = [
      IntakeService(
        maildirs: configuration.mail.maildirs,
        intake: parts.intake,
        bell: Bell(),
        alertBells: bells,
        upkeepBell: upkeepBell,
        heartbeat: heartbeat,
        logger: logger,
        onReady: {
          logger.notice(
            "seedd watches the maildirs",
            metadata: ["maildir.count": "\(configuration.mail.maildirs.count)"]
          )
          notifier?.ready()
        }
      ),
      UpkeepService(
        taker: parts.taker,
        bell: upkeepBell,
        alertBells: bells,
        logger: logger
      ),
      parts.ledger,
      PatrolService(look: lookForDamage, logger: logger),
    ]
    services += outboxes as [any Service]
    services.append(SelfWatchService(watch: parts.watch, alertBells: bells, logger: logger))
    if let url = heartbeatURL(configuration) {
      services.append(
        PingService(
          url: url,
          interval: configuration.heartbeat.interval,
          heartbeat: heartbeat,
          logger: logger
        )
      )
    }
    if let witnesses = parts.witnesses { services.append(witnesses) }
    services.append(
      TimestampService(timestamper: parts.timestamper, clock: WallClock.now, logger: logger)
    )
    services += try await extraServices(configuration)
    if let notifier, let interval = notifier.watchdogInterval {
      services.append(
        WatchdogService(
          notifier: notifier,
          interval: interval,
          heartbeat: heartbeat,
          logger: logger
        )
      )
    }
    return services
  }
}

/// Which configuration runs next, and what runs now.
private actor Supervisor {
  private var following: Configuration?
  private var current: ServiceGroup?
  private var isStopping = false

  init(_ configuration: Configuration) { following = configuration }

  /// The configuration to run with; `nil` when it is time to end.
  func next() -> Configuration? {
    defer { following = nil }
    current = nil
    return isStopping ? nil : following
  }

  /// Notes what runs; it is to end at once where something was asked for meanwhile.
  func started(_ group: ServiceGroup) async {
    current = group
    if isStopping || following != nil { await group.triggerGracefulShutdown() }
  }

  /// Ends what runs, for good.
  func stop() async {
    isStopping = true
    await current?.triggerGracefulShutdown()
  }

  /// Ends what runs, and lets the next run have another configuration.
  func replace(_ configuration: Configuration) async {
    following = configuration
    await current?.triggerGracefulShutdown()
  }
}
