import SeedCore
import SeedTesting
import Testing

struct JSONTests {
  // RFC 8785 §3.2.2, §3.2.3, and the numbers of its appendix B.
  @Test(arguments: [
    (#"{"b":1,"a":[ true , null,false ]}"#, #"{"a":[true,null,false],"b":1}"#),
    (#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#, #""€$\u000f\nA'B\"\\\\\"/""#),
    (
      #"{"\u20ac":"Euro","\r":"CR","\ufb33":"He","1":"One","\ud83d\ude00":"E","\u0080":"C","\u00f6":"o"}"#,
      "{\"\\r\":\"CR\",\"1\":\"One\",\"\u{80}\":\"C\",\"ö\":\"o\",\"€\":\"Euro\",\"😀\":\"E\",\"\u{fb33}\":\"He\"}"
    ),
    (
      "[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]",
      "[333333333.3333333,1e+30,4.5,0.002,1e-27]"
    ),
    ("[-0,-0.0,1.0,10e1,-5]", "[0,0,1,100,-5]"),
    (
      "[5e-324,1.7976931348623157e308,9007199254740992,295147905179352825856]",
      "[5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000]"
    ),
    (
      "[9.999999999999997e22,1e23,1e21,999999999999999700000,1e20]",
      "[9.999999999999997e+22,1e+23,1e+21,999999999999999700000,100000000000000000000]"
    ),
    (
      "[0.000001,0.0000001,-1.5,123.456,333333333.3333334,-0.0000033333333333333333]",
      "[0.000001,1e-7,-1.5,123.456,333333333.3333334,-0.0000033333333333333333]"
    ),
    ("\"\\u0000\\u001f\u{7f}\"", "\"\\u0000\\u001f\u{7f}\""),
    (" \t\r\n{ } ", "{}"), ("[]", "[]"), ("\"\"", "\"\""),
    (#"{"é":1,"e\#u{301}":2}"#, #"{"e\#u{301}":2,"é":1}"#),
  ])
  func `a text has one canonical form, and keeps it`(input: String, canonical: String) throws {
    let value = try JSONValue(parsing: Array(input.utf8))
    #expect(CanonicalJSON.text(of: value) == canonical)
    #expect(
      CanonicalJSON.bytes(of: try JSONValue(parsing: Array(canonical.utf8)))
        == Array(canonical.utf8)
    )
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 0), ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
      ("{\"a\"", .unexpectedEnd, 4), ("\"a", .unexpectedEnd, 2), ("\"\\", .unexpectedEnd, 1),
      ("\"\\u12", .unexpectedEnd, 5), ("tru", .unexpectedEnd, 3), ("-", .unexpectedEnd, 1),
      ("1.", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3), ("{", .unexpectedEnd, 1),
      ("[1,]", .unexpectedByte, 3), ("{\"a\":1,}", .unexpectedByte, 7),
      ("{1:2}", .unexpectedByte, 1),
      ("01", .unexpectedByte, 1), ("-01", .unexpectedByte, 2), ("+1", .unexpectedByte, 0),
      (".5", .unexpectedByte, 0), ("1 2", .unexpectedByte, 2), ("nul", .unexpectedEnd, 3),
      ("NaN", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0), ("\"\t\"", .unexpectedByte, 1),
      ("\"\\x\"", .unexpectedByte, 2), ("\"\\u12g4\"", .unexpectedByte, 5),
      ("\u{feff}1", .unexpectedByte, 0),
      ("\"\\ud800\"", .malformedEncoding, 1), ("\"\\udc00\\ud800\"", .malformedEncoding, 1),
      ("\"\\ud800\\u0041\"", .malformedEncoding, 1), ("1e400", .malformedValue, 0),
      ("{\"a\":1,\"\\u0061\":2}", .duplicateTag, 7),
      (String(repeating: "1", count: 129), .tooLong, 0),
    ] as [(String, GrammarError.Reason, Int)]
  )
  func `what is no JSON is refused where it goes wrong`(
    input: String,
    reason: GrammarError.Reason,
    offset: Int
  ) {
    #expect(throws: GrammarError(reason, at: offset)) { try JSONValue(parsing: Array(input.utf8)) }
  }

  @Test func `bytes that are no UTF-8 are refused`() {
    #expect(throws: GrammarError(.malformedEncoding, at: 0)) {
      try JSONValue(parsing: [0x22, 0xc0, 0x80, 0x22])
    }
  }

  @Test func `depth has a limit`() {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5b, count: depth) + [UInt8](repeating: 0x5d, count: depth)
    }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(65)) }
    #expect(throws: GrammarError(.tooDeep, at: 65)) { try JSONValue(parsing: nested(66)) }
    #expect(throws: GrammarError(.tooDeep, at: 65)) { try JSONValue(parsing: nested(1_000_000)) }
  }

  @Test func `members are found by the bytes of their names`() throws {
    let value = try JSONValue(parsing: Array(#"{"e\#u{301}":1,"é":2,"n":null}"#.utf8))
    #expect(value["é"]?.integer == 2)
    #expect(value["e\u{301}"]?.integer == 1)
    #expect(value["n"] == .null)
    #expect(value["x"] == nil)
    #expect(JSONValue.null["x"] == nil)
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `a value comes back from its canonical form`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<50 {
      let value = randomValue(depth: 0, using: &random)
      let bytes = CanonicalJSON.bytes(of: value)
      let parsed = try JSONValue(parsing: bytes)
      #expect(CanonicalJSON.bytes(of: parsed) == bytes)
      if case .number(let number) = value, case .number(let read) = parsed {
        #expect(number == read)
      }
    }
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any bytes parse or throw, and the offset stays inside`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet = Array("{}[]\":,\\u0d8e-+.1tfn \u{0}".utf8) + [0xff]
    for _ in 0..<300 {
      let input = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      do throws(GrammarError) { _ = try JSONValue(parsing: input) } catch {
        #expect((0...input.count).contains(error.offset))
      }
    }
  }

  private func randomValue(depth: Int, using random: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0...(depth < 3 ? 6 : 4), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .integer(Int64.random(in: JSONValue.integerRange, using: &random))
    case 3:
      let number = Double(bitPattern: random.next())
      return number.isFinite ? .number(number) : .null
    case 4:
      let scalars = (0..<3).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0...0x10ffff, using: &random))
      }
      return .string(String(String.UnicodeScalarView(scalars)))
    case 5: return .array((0..<3).map { _ in randomValue(depth: depth + 1, using: &random) })
    default:
      return .object(
        (0..<3).map { JSONValue.Member("\($0)", randomValue(depth: depth + 1, using: &random)) }
      )
    }
  }
}
