import Foundation
import SeedCrypto

/// A zone of one name with a TXT record, signed with Ed25519 (RFC 4034, RFC 8080).
struct SignedZone {
  static let name = "signed.example"

  /// The zone as a master file; the text in it may differ from what was signed.
  let file: String
  private let zoneName: String
  /// What the zone above publishes of its key, as the data of a DS record.
  let delegation: Data
  /// Its key, as a trust anchor.
  let trustAnchor: String

  /// Signs a zone; the root's has an empty name.
  init(
    _ name: String = SignedZone.name,
    signing text: String,
    serving served: String,
    delegating children: [SignedZone] = [],
    at time: Date = Date()
  ) throws {
    let owner = name + "."
    zoneName = name
    let key = try Ed25519PrivateKey()
    let publicKey = Data(key.publicKey.bytes)
    let dnskey = Data([1, 1, 3, 15]) + publicKey
    let anchor = "\(owner) 60 IN DNSKEY 257 3 15 \(publicKey.base64EncodedString())"
    trustAnchor = anchor + "\n"
    let keyTag = Self.keyTag(dnskey)
    delegation =
      Data([UInt8(keyTag >> 8), UInt8(keyTag & 255), 15, 2])
      + SHA256.hash(Array(Self.wire(name) + dnskey))
    let host = name.isEmpty ? "ns." : "ns.\(owner)"
    let server = Self.wire("ns." + name)
    let numbers = Data(
      [1, 60, 60, 60, 60].flatMap { (number: UInt8) -> [UInt8] in [0, 0, 0, number] }
    )
    let key64 = publicKey.base64EncodedString()
    var records: [(name: String, type: String, number: UInt8, data: Data, shown: String)] = [
      (name, "SOA", 6, server + server + numbers, "\(host) \(host) 1 60 60 60 60"),
      (name, "NS", 2, server, host),
      (name, "TXT", 16, Data([UInt8(text.utf8.count)] + text.utf8), "\"\(served)\""),
      (name, "DNSKEY", 48, dnskey, "257 3 15 \(key64)"),
    ]
    var lines: [String] = []
    for child in children {
      let digest = child.delegation.dropFirst(4).map { String(format: "%02x", $0) }.joined()
      let tag = Int(child.delegation[0]) << 8 | Int(child.delegation[1])
      records.append((child.zoneName, "DS", 43, child.delegation, "\(tag) 15 2 \(digest)"))
      lines.append("\(child.zoneName). 60 IN NS ns.\(child.zoneName).")
    }
    for record in records {
      let inception = time.addingTimeInterval(-3600)
      let expiration = time.addingTimeInterval(3600)
      let labels = UInt8(record.name.split(separator: ".").count)
      var signed = Data([0, record.number, 15, labels, 0, 0, 0, 60])
      signed += Self.bigEndian(expiration) + Self.bigEndian(inception)
      signed += [UInt8(keyTag >> 8), UInt8(keyTag & 255)] + Self.wire(name)
      signed += Self.wire(record.name) + [0, record.number, 0, 1, 0, 0, 0, 60]
      signed += [UInt8(record.data.count >> 8), UInt8(record.data.count & 255)] + record.data
      let signature = Data(key.signature(for: Array(signed))).base64EncodedString()
      lines.append("\(record.name). 60 IN \(record.type) \(record.shown)")
      lines.append(
        "\(record.name). 60 IN RRSIG \(record.type) 15 \(labels) 60 \(Self.text(expiration)) "
          + "\(Self.text(inception)) \(keyTag) \(owner) \(signature)"
      )
    }
    file = lines.joined(separator: "\n") + "\n"
  }

  private static func wire(_ name: String) -> Data {
    name.split(separator: ".").reduce(into: Data()) { wire, label in
      wire.append(UInt8(label.utf8.count))
      wire.append(contentsOf: label.utf8)
    } + [0]
  }

  private static func bigEndian(_ date: Date) -> [UInt8] {
    let seconds = UInt32(date.timeIntervalSince1970)
    return [24, 16, 8, 0].map { UInt8(seconds >> $0 & 255) }
  }

  private static func text(_ date: Date) -> String {
    String(UInt32(date.timeIntervalSince1970))
  }

  // RFC 4034 appendix B.
  private static func keyTag(_ key: Data) -> UInt16 {
    let sum = key.enumerated().reduce(UInt32(0)) {
      $0 + ($1.offset & 1 == 0 ? UInt32($1.element) << 8 : UInt32($1.element))
    }
    return UInt16((sum + (sum >> 16)) & 0xFFFF)
  }
}
