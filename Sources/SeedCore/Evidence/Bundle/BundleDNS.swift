import SeedAuth
import SeedMail

/// What of archived DNS answers stands in files of its own, for other people's tools.
enum BundleDNS {
  /// The most DNSSEC chains that a message may have.
  static let chainCountMax = 16

  /// The files of `msg/NN/dns/` that follow from the answers.
  static func files(of answers: [DNSAnswer]) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    var keys: [UInt8] = []
    for (index, answer) in answers.enumerated() {
      if !answer.wire.isEmpty { files[BundleWriter.number(index) + ".wire"] = answer.wire }
      guard isKey(answer) else { continue }
      // A name or a text with other bytes could say more in that file than it does in DNS.
      for text in answer.texts
      where (text + answer.name.utf8).allSatisfy({ (0x20..<0x7f).contains($0) }) {
        keys += Array(answer.name.utf8) + [0x20] + text + [0x0a]
      }
    }
    files["opendkim-keys.txt"] = keys
    return files
  }

  /// The chains of the DKIM keys whose zones are signed, as far as the archive has all of them.
  static func chains(of answers: [DNSAnswer]) -> [String: [UInt8]] {
    let chains = answers.lazy.filter(isKey).compactMap { answer -> [UInt8]? in
      // Without a chain, the key is vouched for by archives only.
      do throws(DNSSECFault) {
        return try DNSSECChain.write(answer.name, .txt, from: answers).chain
      } catch { return nil }
    }
    var files: [String: [UInt8]] = [:]
    for (index, chain) in chains.prefix(chainCountMax).enumerated() {
      files[index == 0 ? "chain.rfc9102" : "chain-\(index + 1).rfc9102"] = chain
    }
    return files
  }

  /// Whether a file has the name of a chain.
  static func isChain(_ name: String) -> Bool {
    name == "chain.rfc9102"
      || (2...chainCountMax).contains { name == "chain-\($0).rfc9102" }
  }

  /// The keys that the chains in a folder prove, as answers.
  ///
  /// A chain is for the time when its answer came, by the exporter's word: it proves a key only for
  /// the days for which its zone signed it.
  static func proved(
    _ answers: [DNSAnswer],
    by files: BundleFiles,
    in folder: String,
    _ anchors: [RootAnchor]
  ) throws(Contradiction) -> [DNSAnswer] {
    var left = answers.filter(isKey)
    var proved: [DNSAnswer] = []
    for name in files.names(in: folder) where isChain(name) {
      let chain = try files.required(folder + "/" + name)
      var fault: DNSSECFault?
      let index = left.firstIndex { answer in
        do throws(DNSSECFault) {
          let proof = try DNSSECChain.verify(
            chain,
            name: answer.name,
            type: RecordType.txt.rawValue,
            at: answer.receivedAt,
            anchors: anchors
          )
          guard Set(proof.records) == Set(answer.records) else { return false }
          proved.append(answer)
          return true
        } catch {
          if error != .incomplete, error != .superfluous { fault = error }
          return false
        }
      }
      if let index {
        left.remove(at: index)
      } else if fault != .notAnchored {
        // Chains to other roots show nothing, and contradict nothing.
        throw Contradiction("\(folder)/\(name) proves none of the archived keys.")
      }
    }
    return proved
  }

  private static func isKey(_ answer: DNSAnswer) -> Bool {
    answer.type == .txt && answer.status == .found && answer.name.contains("._domainkey.")
  }
}

extension RootAnchor {
  /// The root's keys that IANA publishes (root-anchors.xml): those of 2017 and of 2024.
  static let iana = [
    "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
  ].compactMap { RootAnchor($0) }
}
