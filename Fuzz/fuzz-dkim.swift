// needs: SeedAuth

import SeedMail

@testable import SeedAuth

/// A whole message with DKIM and ARC fields; the first line is taken for the key record.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDKIM(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  let record = Array(bytes.prefix { $0 != 10 })
  let message = Message(parsing: Array(bytes.dropFirst(record.count + 1)))
  let key = try? DKIMKey(parsing: record)
  if let key { require(key.bitCount <= DKIMKey.bitCountMax, "a key keeps to its limit") }

  for (index, field) in message.fields.enumerated() {
    guard let tags = try? SignatureTags(field, of: message.bytes) else { continue }
    for kind in [DKIMSignature.Kind.dkim, .arc] {
      guard let signature = try? DKIMSignature(tags, kind) else { continue }
      require(signature.signatureRange, within: field.body)
      require(!signature.domain.isEmpty && !signature.domain.utf8.contains(0), "a domain is a name")
      require(signature.identityDomain.hasSuffix(signature.domain), "i= lies within d=")
      let digest = signature.headerDigest(of: message, fieldIndex: index)
      require(digest.count == 32, "a header has a digest")
      let hashes = BodyHashes(of: message, for: [signature])
      require(hashes[signature] != nil, "a body has a hash")
      if let key, (try? key.check(signature)) != nil {
        _ = key.isValid(signature.signature, digest: digest)
      }
      let result = DKIMResult(
        domain: signature.domain,
        result: .none,
        atArrival: .none,
        signedFields: signature.signedFields,
        bodyLengthLimit: signature.bodyLengthLimit,
        bodyCanonicalization: signature.bodyCanonicalization
      )
      let content = SignedContent(of: message, by: result)
      require(content.body, within: message.body)
    }
    if let seal = try? ARCSeal(field, of: message.bytes) {
      require(seal.signatureRange, within: field.body)
    }
  }
  if let sets = try? ARCSet.all(in: message) {
    require(sets.count <= ARCSet.instanceMax, "a chain keeps to its limit")
  }
  return 0
}
