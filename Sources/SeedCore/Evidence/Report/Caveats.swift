extension Report.Caveat {
  /// What no report of this kind proves; each stands in every one.
  static let always: [Report.Caveat] = [
    .init(
      title: "A signature names a domain, not a person.",
      text:
        "A DKIM signature shows which Internet domain's key signed a message. It does not name the person who wrote it. A company that sends mail for others may hold its customer's key. And it does not say how the sender got the address."
    ),
    .init(
      title: "The person who made the address could have given it away.",
      text:
        "No cryptography prevents that. What speaks to it is that independent people find the same, that addresses given to nobody (controls) stay silent, and the sender's own answer when it is asked where it got the address (UK GDPR Art. 15(1)(g)). With several people, the finding holds unless all of them act together."
    ),
    .init(
      title: "There are other routes than the organisation itself.",
      text:
        "A company that works for it, a script on the form, an extension in the browser, the mail host and the network all handled the address or could have seen it. “Disclosure” is here a finding about the address. It is not yet a finding of law."
    ),
    .init(
      title: "Keys and clocks have limits.",
      text:
        "A signing key that is published or broken later weakens only signatures that are not dated. Times from the local clock are claims. Only timestamp tokens and the signatures of witnesses prove a time."
    ),
    .init(
      title: "Silence proves nothing, and name servers are not always signed.",
      text:
        "That an address received no mail does not prove that it was not passed on. Where a domain's records are not signed with DNSSEC, its signing key is vouched for by archived answers alone."
    ),
    .init(
      title: "Nothing proves that the address was given to nobody else.",
      text:
        "That an address was made for one organisation is recorded and can be checked. That its owner then gave it to that organisation, and to nobody else, is the owner's word."
    ),
  ]

  /// What an address that was not minted lacks.
  static let adopted = Report.Caveat(
    title: "An address here was adopted, not minted.",
    text:
      "It existed before it was registered. It has no unguessable part, and nothing in the ledger shows when it was made or for whom. That it was given to one organisation alone is the owner's word."
  )

  /// What the tag's length falls short of.
  static let tagLength = Report.Caveat(
    title: "How long the unguessable part is.",
    text:
      "A full address carries 80 bits that cannot be guessed. That meets the least length that RFC 2104 asks for (80 bits), and not its advice of half the hash's length (128 bits)."
  )
}
