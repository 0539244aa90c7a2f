import SeedMail

/// The three fields that one forwarder added, all with the same `i=` (RFC 8617 §4.2).
struct ARCSet {
  /// RFC 8617 §4.2.1: the highest instance value.
  static let instanceMax = 50

  /// ARC-Authentication-Results, ARC-Message-Signature and ARC-Seal, as indices of fields.
  let results: Int, message: Int, seal: Int

  /// The fields in the order in which they are sealed (RFC 8617 §5.1.1).
  var fieldIndices: [Int] { [results, message, seal] }

  /// The sets of a message, from the first instance to the last; none where it has no ARC fields.
  ///
  /// RFC 8617 §5.2: each instance from 1 on has each of the fields once.
  static func all(in message: Message) throws(SignatureFault) -> [ARCSet] {
    let results = try instances(.arcAuthenticationResults, in: message)
    let messages = try instances(.arcMessageSignature, in: message)
    let seals = try instances(.arcSeal, in: message)
    let count = max(results.count, messages.count, seals.count)
    var sets: [ARCSet] = []
    for instance in 0..<count {
      guard let result = results[instance + 1], let signature = messages[instance + 1],
        let seal = seals[instance + 1]
      else { throw .syntax("an instance lacks a field") }
      sets.append(ARCSet(results: result, message: signature, seal: seal))
    }
    return sets
  }

  /// The fields of one kind by their instance.
  private static func instances(
    _ kind: FieldName,
    in message: Message
  ) throws(SignatureFault) -> [Int: Int] {
    var found: [Int: Int] = [:]
    for index in message.fields.indices where message.fields[index].kind == kind {
      let field = message.fields[index]
      let value =
        kind == .arcAuthenticationResults
        ? instanceOfResults(message.bytes[field.body])
        : try SignatureTags(field, of: message.bytes).number("i")
      guard let value, (1...Int64(instanceMax)).contains(value) else {
        throw .syntax("i= is no instance")
      }
      guard found.updateValue(index, forKey: Int(value)) == nil else {
        throw .syntax("an instance has a field twice")
      }
    }
    return found
  }

  /// RFC 8617 §4.1.1: the field begins with `i=`, the instance and a semicolon.
  private static func instanceOfResults(_ body: ArraySlice<UInt8>) -> Int64? {
    guard let end = body.firstIndex(of: UInt8(ascii: ";")) else { return nil }
    let tag = body[..<end].split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
    guard tag.count == 2, tag[0].trimmingFoldingWhitespace.elementsEqual("i".utf8) else {
      return nil
    }
    let digits = tag[1].trimmingFoldingWhitespace
    guard digits.count <= 2, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(String(decoding: digits, as: UTF8.self))
  }
}

/// What an ARC-Seal field says (RFC 8617 §4.1.3).
struct ARCSeal {
  /// What the sealer found of the chain before it (`cv=`).
  enum ChainValidation: String { case none, pass, fail }

  let algorithm: DKIMSignature.Algorithm
  /// `d=` and `s=`, in lower-case A-labels.
  let domain: String, selector: String
  let signature: [UInt8]
  let chainValidation: ChainValidation
  /// Where the value of `b=` lies in the message, with the white space around it.
  let signatureRange: Range<Int>

  /// Where the public key is published.
  var keyName: String { "\(selector)._domainkey.\(domain)" }

  init(_ field: HeaderField, of message: [UInt8]) throws(SignatureFault) {
    let tags = try SignatureTags(field, of: message)
    // RFC 8617 §4.1.3: a seal with h= is invalid.
    guard tags.value("h") == nil else { throw .syntax("a seal has h=") }
    algorithm = try DKIMSignature.algorithm(tags)
    domain = try tags.domain("d", labelCountMin: 2)
    selector = try tags.domain("s", labelCountMin: 1)
    signature = try tags.base64("b")
    signatureRange = tags.paddedRange("b") ?? 0..<0
    guard let word = try tags.word("cv"), let found = ChainValidation(rawValue: word) else {
      throw .syntax("cv= is malformed")
    }
    chainValidation = found
    _ = try tags.number("t")
  }
}
