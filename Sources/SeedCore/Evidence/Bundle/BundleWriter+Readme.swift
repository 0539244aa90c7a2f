extension BundleWriter {
  /// `README.txt`: what the bundle is, for people who never saw one.
  func readme(_ claims: [Claim]) -> String {
    let found = claims.map { "  \($0.verdict.rawValue) \($0.number) \($0.statement)" }
    return """
      EVIDENCE ON THE USE OF AN E-MAIL ADDRESS

      Somebody made an e-mail address for one organisation and gave it to nobody else.
      Then somebody else wrote to it. This folder holds what shows that, and what is
      needed to check it without trusting whoever made it. report.html tells the story.

      What the exporting program found, by the keys in this folder alone:

      \(found.joined(separator: "\n"))

      \(editionSentence)

      HOW TO CHECK IT

      With the program that made it, in a place that never saw it, with keys that you
      got from elsewhere (the ledger's policy, the timestamp authority's certificate):

          seedctl evidence verify BUNDLE.zip --policy POLICY --tsa-ca CA.pem

      Without it, with Python 3 and openssl, in the folder that holds this file:

          python3 tools/verify.py . --policy POLICY --tsa-ca CA.pem

      A verifier inside a bundle is only as honest as whoever made the bundle. Take
      tools/verify.py from the project, or read it: it is short.

      Every part can be checked with tools that others wrote:

          bagit.py --validate ..                   the files are those of the manifests
          openssl ts -verify -attime TIME ...      tsa/*.tsr over log/checkpoints/*
          dkimverify, opendkim -t                  msg/*/message.eml, with the keys in
                                                   msg/*/dns/opendkim-keys.txt
          Go's sumdb/note and sumdb/tlog           log/checkpoints/*, *.tlog-proof

      WHAT IT DOES NOT SHOW

      - A DKIM signature names a domain that signed, and not a person. A processor may
        hold its key. It does not say how the sender got the address.
      - Whoever made the address could have given it away. Independent addresses,
        controls, and the sender's own answer about its source speak to that.
      - No proof covers this file, the report, the metadata or the tools: they are
        there for people. The proofs cover the record, the leaves, the messages, the
        DNS answers and the times.

      """
  }

  private var editionSentence: String {
    switch settings.edition {
    case .regulator:
      "This is the edition for a regulator. It is whole, and holds personal data."
    case .reviewer:
      settings.withholdsBodies
        ? "This is the edition for a reviewer, without the bodies of the messages."
        : "This is the edition for a reviewer, without what names the person behind the address."
    case .public:
      "This is the public edition: it holds no address and no message."
    }
  }
}
