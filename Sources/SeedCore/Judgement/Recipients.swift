import SeedAuth
public import SeedMail

/// An address that a message was sent to, and which field says so.
public struct Recipient: Sendable, Hashable {
  /// The address, its domain as A-labels.
  public let mailbox: Mailbox
  /// Which field named it.
  public let source: Sighting.RecipientSource
}

/// Finds the addresses that a message was sent to (`docs/flow.md`).
public enum Recipients {
  /// The most addresses that are looked at; further ones are left out.
  public static let countMax = 1000

  /// The addresses in the order of trust, each once.
  ///
  /// The delivery fields count only above the first `Received` of the own MTA, or above every
  /// `Received` where the own MTA isn't found: further down the sender may have written them.
  public static func find(in message: Message, ownHop: OwnHop?) -> [Recipient] {
    var found: [Recipient] = []
    var seen: Set<String> = []
    func add(_ mailbox: Mailbox, _ source: Sighting.RecipientSource) {
      guard found.count < countMax, !mailbox.domain.isEmpty,
        seen.insert(mailbox.address.lowercased()).inserted
      else { return }
      let isASCII = mailbox.domain.utf8.allSatisfy { $0 < 0x80 }
      let domain = isASCII ? mailbox.domain : IDNA.toASCII(mailbox.domain) ?? mailbox.domain
      found.append(
        Recipient(
          mailbox: Mailbox(displayName: nil, localPart: mailbox.localPart, domain: domain),
          source: source
        )
      )
    }
    func add(_ address: String?, _ source: Sighting.RecipientSource) {
      guard let address, let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return }
      add(
        Mailbox(
          displayName: nil,
          localPart: String(address[..<at]),
          domain: address[address.utf8.index(after: at)...].lowercased()
        ),
        source
      )
    }
    let delivered = message.fields[..<(ownHop?.fieldIndex ?? firstReceived(in: message))]
    for (kind, source) in deliveryFields {
      for field in delivered where field.kind == kind {
        add(message.envelopeAddress(field), source)
      }
    }
    add(ownHop?.received.recipient, .received)
    for (kind, source) in addressFields {
      for field in message.fields where field.kind == kind {
        for mailbox in message.mailboxes(in: field) { add(mailbox, source) }
      }
    }
    return found
  }

  private static let deliveryFields: [(FieldName, Sighting.RecipientSource)] = [
    (.deliveredTo, .deliveredTo), (.xOriginalTo, .xOriginalTo), (.envelopeTo, .envelopeTo),
  ]
  private static let addressFields: [(FieldName, Sighting.RecipientSource)] = [
    (.to, .to), (.cc, .cc), (.resentTo, .resentTo), (.resentCc, .resentCc),
  ]

  private static func firstReceived(in message: Message) -> Int {
    message.fields.firstIndex { $0.kind == .received } ?? message.fields.count
  }
}
