extension FuzzEntry {
  /// Every entry that needs no configuration and no database.
  public static let all = mail + authentication + ledger + evidence

  private static let mail = [
    addresses, addressSearch, encodedWords, contentType, tagList, dates, csv, charset, message,
    mbox,
    mime, html, deliveryStatus, automatic, received, authenticationResults, canonical,
  ]

  private static let authentication = [
    dkim, dkimKey, arc, spf, spfTree, dmarc, dns, dnssec, zone, domainNames,
  ]

  private static let ledger = [
    json, note, checkpoint, cosignature, noteKeys, policy, proof, merkle, witness, entryBundle,
    timestampToken,
  ]

  private static let evidence = [
    archive, bag, bundle, records, platforms, alerts, seedAddress, examine, intake, report,
    outsideText,
  ]
}
