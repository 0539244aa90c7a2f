import Foundation
import SeedCore

extension LocalZone {
  /// The zone of an IANA name, such as `Europe/London`, by the system's tables; the system's own for
  /// an empty name; `nil` where there is none of that name.
  init?(identifier: String) {
    guard let zone = identifier.isEmpty ? .current : TimeZone(identifier: identifier) else {
      return nil
    }
    self.init { now in
      zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(now.milliseconds) / 1000))
    }
  }
}
