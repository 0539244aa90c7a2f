import Glibc
import SeedCore
import SeedCrypto

/// Where a secret of a channel is: in the environment, or in a file that others can't read. It is read
/// anew each time, so that it can be changed without a restart.
struct ChannelSecret: Sendable {
  /// The longest secret, in bytes.
  static let byteCountMax = 4096

  /// The configuration's key, for errors.
  let key: String
  private let file: String?
  private let value: SecretBytes?

  /// A secret by the name of its variable, else by its file, else as it stands in the configuration.
  init(
    key: String,
    file: String?,
    variable: String,
    environment: [String: String],
    plain: String = ""
  ) {
    self.key = key
    let text = environment[variable].flatMap { $0.isEmpty ? nil : $0 } ?? (file == nil ? plain : "")
    self.file = text.isEmpty ? file : nil
    value = text.isEmpty ? nil : SecretBytes(Array(text.utf8))
  }

  /// Whether one is configured.
  var isThere: Bool { file != nil || value != nil }

  /// The variable that holds a channel's secret: `SEED_CHANNEL_ME_PASSWORD`.
  static func variable(channel: String, _ secret: String) -> String {
    "SEED_CHANNEL_\(channel.replacing("-", with: "_"))_\(secret)".uppercased()
  }

  /// The secret's text, one line.
  ///
  /// - Throws: ``DeliveryError/temporary(_:retryAfter:)`` that says what to mend.
  func read() throws(DeliveryError) -> String {
    var bytes: [UInt8]
    if let value { bytes = value.disclosed() } else { bytes = try load() }
    while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
    guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x1F && $0 != 0x7F }),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw .temporary("\(key) holds no secret of one line") }
    return text
  }

  private func load() throws(DeliveryError) -> [UInt8] {
    guard let file else { throw .temporary("\(key) is missing") }
    do {
      guard let status = try PathStatus.read(file),
        let bytes = try DurableFile.read(file, byteCountMax: Self.byteCountMax)
      else { throw DeliveryError.temporary("\(key): there is no such file") }
      guard status.st_mode & 0o077 == 0 else {
        throw DeliveryError.temporary("\(key): other users can read it; run chmod 600")
      }
      return bytes
    } catch let error as DeliveryError {
      throw error
    } catch {
      throw .temporary("\(key): \(error)")
    }
  }
}
