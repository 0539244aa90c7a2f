/// How an address came to a sender, as far as that is known.
enum Route: Sendable, Encodable {
  /// It was given to an organisation, and somebody else wrote to it.
  case passedOn(
    organisation: String,
    gift: String,
    sender: String,
    mail: String,
    isMailProved: Bool
  )
  /// The organisation itself wrote.
  case own(organisation: String, gift: String, mail: String)
  /// It was given to nobody.
  case nobody(sender: String, mail: String, isMailProved: Bool)

  /// The same in words.
  var description: String {
    switch self {
    case .passedOn(let organisation, let gift, let sender, let mail, _):
      "Between the owner of the address and \(organisation): \(gift). Between there and \(sender): not known; it may have come from \(organisation), from its suppliers, through the form, the browser or the mail host, or from the owner. Between \(sender) and the address: \(mail)."
    case .own(let organisation, let gift, let mail):
      "Between the owner of the address and \(organisation): \(gift). Between \(organisation) and the address: \(mail)."
    case .nobody(let sender, let mail, _):
      "The operator gave the address to nobody. How it came to \(sender) is not known. Between \(sender) and the address: \(mail)."
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
