import SeedCore
import SeedTesting
import Testing

struct ExaminerTests {
  @Test(arguments: DMARCResult.Mode.allCases)
  func `DMARC finds the organizational domain as the operator says`(
    mode: DMARCResult.Mode
  ) async throws {
    // The tree walk stops at the middle name, which the public suffix list knows nothing of.
    var zone = ZoneFile(now: { Sample.start })
    try zone.add(text: "v=DMARC1; p=reject; psd=n", for: "_dmarc.mid.party.example")
    try zone.add(text: "v=DMARC1; p=none", for: "_dmarc.party.example")
    let examiner = Examiner(
      ownHosts: OwnHosts(names: []),
      authservs: OwnHosts(names: []),
      publicSuffixes: .builtIn,
      resolver: zone,
      authentication: AuthenticationSettings(dmarcMode: mode)
    )
    let bytes = Array("From: news@a.mid.party.example\r\n\r\nHello.\r\n".utf8)
    let reading = examiner.read(bytes, deliveredAt: Sample.start)
    let dmarc = await examiner.examine(reading, at: Sample.start).facts.authentication.dmarc
    #expect(dmarc?.mode == mode)
    let domain = mode == .rfc9989 ? "mid.party.example" : "party.example"
    #expect(dmarc?.organizationalDomain == domain)
  }
}
