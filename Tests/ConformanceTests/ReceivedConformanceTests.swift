import Foundation
import SeedMail
import SeedTesting
import Testing

/// `received.json` of mail-parser: fields in many dialects, and what is to be found in them.
struct ReceivedConformanceTests {
  private struct Unit: Decodable {
    let header: String
    let expected: Fields
  }

  private struct Fields: Decodable {
    let from, by, helo: Host?
    let from_ip, from_iprev, with, id, for_, via, tls_version, tls_cipher: String?
    let date: DateParts?
  }

  private struct Host: Decodable {
    let Name, IpAddr: String?
    var text: String? { Name ?? IpAddr }
  }

  private struct DateParts: Decodable {
    let year, month, day, hour, minute, second, tz_hour, tz_minute: Int
    let tz_before_gmt: Bool

    /// The time, where the parts can be one: the suite reads `Fri Sep 14 14:36:56 EDT 2018` and its
    /// like as day 9 of month 14.
    var timestamp: Timestamp? {
      // RFC 5322 §4.3: a year of two digits below 50 is of this century. The suite says 19xx.
      let year = year < 1950 ? year + 100 : year
      guard hour < 24, minute < 60, second < 61,
        let days = CivilDate.dayNumber(year: year, month: month, day: day)
      else { return nil }
      let zone = (tz_hour * 60 + tz_minute) * (tz_before_gmt ? -1 : 1)
      return Timestamp(seconds: Int64(((days * 24 + hour) * 60 + minute - zone) * 60 + second))
    }
  }

  /// The protocols that the suite knows; it leaves any other word after `with` out.
  private static let protocols: Set<String> = [
    "SMTP", "ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA", "LMTP", "LMTPA", "LMTPS", "LMTPSA", "MMS",
    "HTTP", "HTTPS", "IMAP", "POP3", "LOCAL",
  ]

  /// Where the suite's date is wrong: it knows no named zones (RFC 5322 §4.3), and takes a second
  /// with a fraction for none.
  private static let corrections = [
    67: Timestamp(rfc3339: "2003-02-12T22:22:21Z"),
    144: Timestamp(rfc3339: "2020-04-02T07:53:55Z"),
    163: Timestamp(rfc3339: "2006-06-02T15:15:21Z"),
  ].compactMapValues { $0 }

  @Test func `mail-parser's Received fields are read as it expects`() throws {
    guard let suite = Suite.named("mime-mail-parser") else { return }
    let units = try JSONDecoder().decode(
      [Unit].self,
      from: Data(suite.bytes("received.json"))
    )
    var misses: [String] = []
    for (index, unit) in units.enumerated() {
      let differences = Self.differences(index, unit)
      if !differences.isEmpty {
        misses.append("\(index): " + differences.joined(separator: "; "))
      }
    }
    suite.report(
      "received",
      passed: units.count - misses.count,
      total: units.count,
      misses: misses
    )
    #expect(misses.count * 50 <= units.count)
  }

  private static func differences(_ index: Int, _ unit: Unit) -> [String] {
    guard let read = Received(parsing: Array(unit.header.utf8).span) else { return ["refused"] }
    let expected = unit.expected
    var differences: [String] = []
    func compare(_ name: String, _ got: String?, _ wanted: String?) {
      if got != wanted { differences.append("\(name) \(got ?? "-"), not \(wanted ?? "-")") }
    }
    compare("from", normalized(read.from), normalized(expected.from?.text))
    compare("by", normalized(read.by), normalized(expected.by?.text))
    compare("helo", normalized(read.greeting), normalized(expected.helo?.text))
    compare("address", normalized(read.address), normalized(expected.from_ip))
    compare("host name", read.hostName, expected.from_iprev)
    compare("via", read.via, expected.via)
    compare("for", read.recipient, expected.for_)
    compare("TLS cipher", read.tlsCipher, expected.tls_cipher)
    compare(
      "TLS version",
      read.tlsVersion,
      expected.tls_version?.replacing("_", with: ".")
    )
    // An atom may contain a slash (RFC 5321 §4.1.2); the suite cuts the id there.
    compare("id", read.id.map { String($0.prefix { $0 != "/" }) }, expected.id)
    let transfer = read.with?.uppercased()
    compare(
      "with",
      transfer.flatMap { protocols.contains($0) ? $0 : nil },
      expected.with?.uppercased()
    )
    if let date = corrections[index] ?? expected.date?.timestamp, read.date != date {
      differences.append("date \(read.date?.rfc3339 ?? "-"), not \(date.rfc3339)")
    } else if expected.date == nil, let date = read.date {
      differences.append("date \(date.rfc3339), not -")
    }
    return differences
  }

  /// IPv6 addresses are compared by value: the suite prints them in another form.
  private static func normalized(_ text: String?) -> String? {
    guard let text, text.contains(":") else { return text }
    return text.split(separator: ":", omittingEmptySubsequences: false)
      .map { group in
        let digits = group.drop { $0 == "0" }
        return digits.isEmpty && !group.isEmpty ? "0" : String(digits)
      }
      .joined(separator: ":")
  }
}
