import SeedCore

extension MaildirIntake {
  /// Takes in all that waits, batch by batch. While one is written, the next is read and worked out,
  /// so that both cores have work.
  ///
  /// It is for a process that does nothing else: messages in hand are not noted in a spool.
  ///
  /// - Parameter progress: Is called with the report on each batch.
  /// - Throws: When the store or the disk doesn't work. What was not recorded was not touched.
  func drain(_ progress: @Sendable (IntakeReport) -> Void) async throws -> IntakeReport {
    try await drain(with: taker, progress)
  }

  private func drain<Taker: ArrivalTaker>(
    with taker: Taker,
    _ progress: @Sendable (IntakeReport) -> Void
  ) async throws -> IntakeReport {
    var report = IntakeReport()
    var ahead: (files: [WaitingFile], batch: Taker.Examined)?
    while true {
      if isIdle, wantsScan { await list(all: false) }
      let files = nextBatch()?.1 ?? []
      guard !files.isEmpty || ahead != nil else { return report }
      async let next = examined(files, by: taker)
      if let ahead {
        let part = try await settled(ahead.files) { try await taker.record(ahead.batch) }
        report += part ?? IntakeReport()
        progress(part ?? IntakeReport())
      }
      let (part, batch) = try await next
      report += part
      progress(part)
      ahead = batch
      inHand = batch?.files ?? []
    }
  }

  /// Reads and works out a batch; nothing is to be recorded where no message is left of it.
  private func examined<Taker: ArrivalTaker>(
    _ files: ArraySlice<WaitingFile>,
    by taker: Taker
  ) async throws -> (IntakeReport, (files: [WaitingFile], batch: Taker.Examined)?) {
    let reading = try await read(files)
    guard !reading.arrivals.isEmpty else { return (reading.report, nil) }
    do {
      return (reading.report, (reading.files, try await taker.examine(reading.arrivals)))
    } catch {
      guard !Self.concernsAll(error) else { throw error }
      isolate(reading.files, error)
      return (reading.report, nil)
    }
  }

  /// Records a batch, and settles its files; `nil` where it is to be taken apart.
  private func settled(
    _ files: [WaitingFile],
    _ record: () async throws -> IntakeReport
  ) async throws -> IntakeReport? {
    do {
      let report = try await record()
      await finish(files)
      return report
    } catch {
      guard !Self.concernsAll(error) else { throw error }
      isolate(files, error)
      return nil
    }
  }
}

extension Spool.Entry {
  init(_ file: WaitingFile) {
    self.init(maildir: file.maildir, baseName: file.identity.baseName)
  }
}
