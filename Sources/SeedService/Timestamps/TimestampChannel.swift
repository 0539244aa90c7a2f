import SeedCore
import SeedCrypto

/// A checkpoint that an authority is to stamp, as it waits in the outbox.
struct TimestampOrder: Sendable, Hashable {
  /// The size of the checkpoint.
  let size: Int64
  /// The authority's name in the configuration.
  let authority: String

  init(size: Int64, authority: String) {
    self.size = size
    self.authority = authority
  }

  init?(_ row: OutboxRow) {
    guard let value = try? JSONValue(parsing: row.payload), let size = value["size"]?.integer,
      let authority = value["authority"]?.string
    else { return nil }
    self.init(size: size, authority: authority)
  }

  /// The row that stands for it; one that is there already stays as it is.
  func row(at now: Timestamp) -> OutboxRow {
    let payload: JSONValue = ["authority": .string(authority), "size": .integer(size)]
    return OutboxRow(
      channel: ReservedChannel.timestamp.name,
      key: "\(size)/\(authority)",
      event: nil,
      payload: CanonicalJSON.bytes(of: payload),
      queuedAt: now,
      dueAt: now
    )
  }
}

/// Has checkpoints stamped, and keeps the tokens.
struct TimestampChannel: Sendable {
  /// The longest file of certificates.
  static let caByteCountMax = CertificateBundle.byteCountMax

  let home: Home
  let authorities: [Configuration.TimestampAuthority]
  let store: any Store
  let http: HTTPClient
  let clock: @Sendable () -> Timestamp

  /// Has the checkpoint of a row stamped; once it is, the same row does nothing more.
  func deliver(_ row: OutboxRow) async throws(DeliveryError) {
    guard let order = TimestampOrder(row) else { throw .permanent("the row holds no order") }
    guard let authority = authorities.first(where: { $0.name == order.authority }) else {
      throw .permanent("there is no [[ledger.timestamp]] of this name any more")
    }
    let (checkpoint, isStamped, last) = try await known(order)
    guard let checkpoint else { throw .permanent("there is no checkpoint of this size") }
    if !isStamped {
      let client = TimestampClient(
        authority: authority,
        trusted: try trusted(authority),
        http: http,
        clock: clock
      )
      let stamp = try await client.stamp(checkpoint.note, chain: last)
      try await record(stamp, order, over: checkpoint.note)
    }
    try await publish(order.size)
  }

  private func known(
    _ order: TimestampOrder
  ) async throws(DeliveryError) -> (SignedCheckpoint?, Bool, CertificateBundle) {
    try await onStoreError {
      try await store.read { store in
        let tokens = try store.timestamps(ofCheckpoint: order.size)
        let last = try store.newestTimestamp(by: order.authority)
        return (
          try store.checkpoint(size: order.size),
          tokens.contains { $0.authority == order.authority },
          last.flatMap { try? CertificateBundle(pem: $0.chain) } ?? .empty
        )
      }
    }
  }

  private func trusted(
    _ authority: Configuration.TimestampAuthority
  ) throws(DeliveryError) -> CertificateBundle {
    let path = home.resolve(authority.caFile)
    do {
      guard let bytes = try DurableFile.read(path, byteCountMax: Self.caByteCountMax) else {
        throw DeliveryError.temporary("\(path): there is no such file; see ca_file in seed.toml")
      }
      return try CertificateBundle(pem: bytes)
    } catch let error as DeliveryError {
      throw error
    } catch let error as SystemError {
      throw .temporary("\(path): \(error)")
    } catch {
      throw .temporary("\(path): it holds no certificates that can be read")
    }
  }

  /// Keeps the token and its leaf, in one transaction.
  private func record(
    _ stamp: TimestampClient.Stamp,
    _ order: TimestampOrder,
    over note: [UInt8]
  ) async throws(DeliveryError) {
    let isRecorded = try await onStoreError {
      try await store.write { store in
        // A cosignature may have come meanwhile, and then the token isn't over these bytes.
        guard try store.checkpoint(size: order.size)?.note == note else { return false }
        let tokens = try store.timestamps(ofCheckpoint: order.size)
        // Somebody else was faster; one token is enough.
        if tokens.contains(where: { $0.authority == order.authority }) { return true }
        let leaf = Commitment.token(stamp.token.bytes, checkpointSize: order.size)
        let index = try store.append(leaf)
        try store.insert(
          TimestampToken(
            checkpointSize: order.size,
            authority: order.authority,
            token: stamp.token.bytes,
            chain: stamp.chain.pem,
            generatedAt: stamp.token.time,
            leafIndex: index
          )
        )
        return true
      }
    }
    guard isRecorded else {
      throw .temporary("a witness cosigned it meanwhile; it is stamped anew")
    }
  }

  private func publish(_ size: Int64) async throws(DeliveryError) {
    do {
      try await LedgerFolder(path: home.logPath).publishTimestamps(ofCheckpoint: size, in: store)
    } catch {
      throw .temporary("its files can't be written: \(FailureText.of(error))")
    }
  }

  private func onStoreError<Result: Sendable>(
    _ body: () async throws -> Result
  ) async throws(DeliveryError) -> Result {
    do { return try await body() } catch {
      throw .temporary("the store can't be used: \(FailureText.of(error))")
    }
  }
}
