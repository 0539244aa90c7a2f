import SeedCore
import SeedMail
import Testing

struct JSONWriterTests {
  @Test(
    arguments: [
      0, 7, -7, 9, 10, 99, 100, -100, 1_234_567_890, 999_999_999_999_999_999,
      1_000_000_000_000_000_000, .max, .min,
    ] as [Int64]
  )
  func `numbers are written as they are said`(number: Int64) {
    var writer = JSONWriter()
    writer.integer(number)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == String(number))
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
      (1_795_335_300_999, "2026-11-22T08:15:00Z"), (951_868_799_000, "2000-02-29T23:59:59Z"),
      (253_402_300_799_000, "9999-12-31T23:59:59Z"), (253_402_300_800_000, "10000-01-01T00:00:00Z"),
      (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
    ] as [(Int64, String)]
  )
  func `times are written in one form`(milliseconds: Int64, expected: String) {
    let time = Timestamp(milliseconds: milliseconds)
    var writer = JSONWriter()
    writer.time(time)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"\(expected)\"")
    #expect(time.rfc3339 == expected)
  }

  @Test func `commas stand between elements and members, and nowhere else`() {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("bytes", base64: Array("foob".utf8))
      writer.member("none", nil as String?)
      writer.member("texts", ["a\"", "b"])
      writer.name("list")
      writer.list([true, false]) { $0.bool($1) }
      writer.name("null")
      writer.null()
      writer.member("number", 1)
    }
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"bytes":"Zm9vYg==","texts":["a\"","b"],"list":[true,false],"null":null,"number":1}"#
    )
  }
}
