import FoundationEssentials
import Glibc
public import SeedCore

/// The messages that could not be taken in: what they were, and why.
///
/// They are left where they are, and passed over from then on. To have one tried again, its record
/// is removed from the quarantine's folder.
public struct Quarantine: Sendable {
  /// One message.
  public struct Record: Sendable, Hashable, Codable {
    /// Why a message is here.
    public enum Reason: String, Sendable, Hashable, Codable {
      /// The process died while it was taken in, and no other message was.
      case killedTheProcess = "killed-the-process"
      /// It has more bytes than ``MaildirScanner/messageByteCountMax``.
      case tooLarge = "too-large"
    }

    /// The maildir that it lies in.
    public let maildir: String
    /// Its base name there.
    public let baseName: String
    /// Why it is here.
    public let reason: Reason
    /// Its size.
    public let byteCount: Int64
    /// Since when.
    public let since: Timestamp
    /// The name of its copy in the quarantine's folder; `nil` where none was made.
    public let copy: String?
  }

  /// The most bytes of a message that is copied.
  public static let copyByteCountMax = MaildirScanner.messageByteCountMax
  private static let recordByteCountMax = 1 << 20

  /// Where the records lie.
  public let folder: String

  /// The quarantine of a home.
  public init(_ home: Home) { folder = home.quarantinePath }

  /// All records, oldest first; one that can't be read is passed over.
  public func records() throws -> [Record] {
    var records: [Record] = []
    try FolderListing.forEachName(in: folder) { bytes, _ in
      let path = folder + "/" + String(decoding: bytes, as: UTF8.self)
      guard path.hasSuffix(".json"),
        let json = try? DurableFile.read(path, byteCountMax: Self.recordByteCountMax),
        let record = try? JSONDecoder().decode(Record.self, from: Data(json))
      else { return }
      records.append(record)
    }
    return records.sorted { ($0.since, $0.baseName) < ($1.since, $1.baseName) }
  }

  /// Puts a message here; its record is on disk when this returns.
  func add(
    _ file: WaitingFile,
    _ reason: Record.Reason,
    bytes: [UInt8]?,
    at now: Timestamp
  ) throws -> Record {
    let name = "\(now.milliseconds)-\(file.identity.inode)"
    if let bytes {
      try DurableFile.replace(folder + "/\(name).eml", bytes)
    }
    let record = Record(
      maildir: file.maildir,
      baseName: file.identity.baseName,
      reason: reason,
      byteCount: file.identity.byteCount,
      since: now,
      copy: bytes == nil ? nil : "\(name).eml"
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try DurableFile.replace(folder + "/\(name).json", Array(encoder.encode(record)))
    return record
  }
}
