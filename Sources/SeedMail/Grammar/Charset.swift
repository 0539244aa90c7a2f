import Glibc

/// A charset that text can be decoded from.
///
/// Only charsets that mail is written in are passed to `iconv`: the name comes from a stranger, and
/// glibc would load any converter it is asked for.
struct Charset: Hashable, Sendable {
  /// The name that `iconv` knows it by, or one of the forms that need no `iconv`.
  private enum Form: Hashable {
    case unknown, utf8, windows1252
    case converted(String)
  }

  private let form: Form

  /// UTF-8 where the bytes are well-formed, and windows-1252 where they are not: what text without a
  /// known charset is most often in.
  static let unknown = Self(form: .unknown)

  private init(form: Form) { self.form = form }

  /// The charset of that name, in either case, with RFC 2231's language tag or without.
  init(named input: Span<UInt8>, _ range: Range<Int>) {
    var end = range.lowerBound
    input.skip(while: { $0 != UInt8(ascii: "*") }, at: &end, before: range.upperBound)
    guard end - range.lowerBound <= EncodedWords.charsetByteCountMax else {
      self = .unknown
      return
    }
    self.init(named: input.text(range.lowerBound..<end))
  }

  /// The charset of that name, in either case; ``unknown`` for a name that is not known.
  init(named name: String) {
    var key = String(decoding: name.utf8.filter { !$0.isFoldingWhitespace }, as: UTF8.self)
      .lowercased()
    if key.utf8.count <= EncodedWords.charsetByteCountMax {
      key = String(decoding: key.utf8.map { $0 == UInt8(ascii: "_") ? 0x2D : $0 }, as: UTF8.self)
      if key.hasPrefix("x-") { key.removeFirst(2) }
    }
    form = Self.known[key] ?? .unknown
  }

  /// `bytes` as UTF-8, at most `limit` bytes and a few; what can't be decoded turns into U+FFFD.
  func utf8(_ input: Span<UInt8>, _ range: Range<Int>, limit: Int = .max) -> [UInt8] {
    switch form {
    case .unknown: Self.plainText(input, range)
    case .utf8: Array(input.text(range).utf8)
    case .windows1252: Self.fromWindows1252(input, range)
    case .converted(let name):
      Self.convert(input, range, from: name, limit: limit) ?? Self.plainText(input, range)
    }
  }

  /// All of `bytes` as UTF-8, which most of them are already.
  func utf8(_ bytes: [UInt8], limit: Int = .max) -> [UInt8] {
    switch form {
    case .unknown where bytes.span.isUTF8, .utf8 where bytes.span.isUTF8: bytes
    case .windows1252 where !bytes.span.unusualBytes(in: bytes.indices).eightBit: bytes
    default: utf8(bytes.span, bytes.indices, limit: limit)
    }
  }

  /// Text whose charset is not known, as UTF-8.
  static func plainText(_ input: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    if input.extracting(range).isUTF8 { return input.bytes(in: range) }
    return fromWindows1252(input, range)
  }

  private static func fromWindows1252(_ input: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count + range.count / 4)
    for offset in range {
      let byte = input[offset]
      guard byte > 0x7F else {
        result.append(byte)
        continue
      }
      let scalar =
        byte < 0xA0 ? Self.windows1252Scalars[Int(byte) - 0x80] : Unicode.Scalar(byte)
      result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return result
  }

  /// Runs `iconv`; `nil` where this machine has no such converter.
  private static func convert(
    _ input: Span<UInt8>,
    _ range: Range<Int>,
    from name: String,
    limit: Int
  ) -> [UInt8]? {
    let handle = unsafe iconv_open("UTF-8", name)
    // `iconv_open` returns -1 as a pointer when it fails.
    guard Int(bitPattern: handle) != -1 else { return nil }
    defer { unsafe _ = iconv_close(handle) }

    var source = input.bytes(in: range)
    var result: [UInt8] = []
    result.reserveCapacity(range.count + range.count / 2)
    var chunk = [UInt8](repeating: 0, count: 4096)
    unsafe source.withUnsafeMutableBytes { source in
      unsafe chunk.withUnsafeMutableBytes { chunk in
        var inputLeft = source.count
        var inputPointer = unsafe source.baseAddress?.assumingMemoryBound(to: CChar.self)
        // Sound: iconv moves the pointer by as much as it lowers the count, and never below zero.
        // Every turn of the loop takes a byte of input or ends it.
        while inputLeft > 0, result.count <= limit {
          var outputLeft = chunk.count
          var outputPointer = unsafe chunk.baseAddress?.assumingMemoryBound(to: CChar.self)
          let before = inputLeft
          let status = unsafe iconv(
            handle,
            &inputPointer,
            &inputLeft,
            &outputPointer,
            &outputLeft
          )
          let code = errno
          unsafe result.append(contentsOf: chunk[0..<chunk.count - outputLeft])
          // `(size_t)-1`, which Swift sees as a signed number.
          guard status == -1 else { break }
          if code == E2BIG, inputLeft < before || outputLeft < chunk.count { continue }
          result += UTF8.replacement
          // An incomplete character at the end (EINVAL) ends the text.
          guard code == EILSEQ, inputLeft > 0 else { break }
          unsafe inputPointer = unsafe inputPointer?.advanced(by: 1)
          inputLeft -= 1
        }
        var outputLeft = chunk.count
        var outputPointer = unsafe chunk.baseAddress?.assumingMemoryBound(to: CChar.self)
        // What a stateful charset holds back is written out at the end.
        if unsafe iconv(handle, nil, nil, &outputPointer, &outputLeft) != -1 {
          unsafe result.append(contentsOf: chunk[0..<chunk.count - outputLeft])
        }
      }
    }
    return result
  }
}

extension UTF8 {
  /// U+FFFD.
  fileprivate static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
}

extension Charset {
  /// Windows-1252's characters from 0x80 to 0x9F.
  private static let windows1252Scalars: [Unicode.Scalar] = [
    "\u{20AC}", "\u{81}", "\u{201A}", "\u{192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
    "\u{2C6}", "\u{2030}", "\u{160}", "\u{2039}", "\u{152}", "\u{8D}", "\u{17D}", "\u{8F}",
    "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
    "\u{2DC}", "\u{2122}", "\u{161}", "\u{203A}", "\u{153}", "\u{9D}", "\u{17E}", "\u{178}",
  ]

  /// Names in lower case, with `-` for `_` and without `x-`.
  private static let known: [String: Form] = {
    var known: [String: Form] = [:]
    for name in ["utf-8", "utf8", "unicode-1-1-utf-8", "iso-10646-utf-8"] { known[name] = .utf8 }
    // Mail that says US-ASCII and has bytes over 127 says nothing.
    for name in ["us-ascii", "ascii"] { known[name] = .unknown }
    // ISO 8859-1 has control characters where Windows writes quotation marks and the euro, and mail
    // that says the one means the other, as the WHATWG's encoding standard has it.
    for name in ["iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "windows-1252", "cp1252"] {
      known[name] = .windows1252
    }
    for part in [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16] {
      for name in ["iso-8859-\(part)", "iso8859-\(part)", "8859-\(part)"] {
        known[name] = .converted("ISO-8859-\(part)")
      }
    }
    for (alias, part) in [("iso-8859-8-i", 8), ("iso-8859-8-e", 8), ("iso-8859-6-i", 6)] {
      known[alias] = .converted("ISO-8859-\(part)")
    }
    for page in [1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258] {
      for name in ["windows-\(page)", "cp\(page)", "cp-\(page)", "win-\(page)"] {
        known[name] = .converted("CP\(page)")
      }
    }
    for page in [437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869] {
      for name in ["cp\(page)", "cp-\(page)", "ibm\(page)", "ibm-\(page)"] {
        known[name] = .converted("CP\(page)")
      }
    }
    for (name, converter) in otherConverters { known[name] = .converted(converter) }
    return known
  }()

  private static let otherConverters = [
    ("koi8-r", "KOI8-R"), ("koi8-u", "KOI8-U"), ("koi8-ru", "KOI8-U"), ("koi8-t", "KOI8-T"),
    ("utf-7", "UTF-7"), ("utf7", "UTF-7"), ("unicode-1-1-utf-7", "UTF-7"),
    ("utf-16", "UTF-16"), ("utf-16le", "UTF-16LE"), ("utf-16be", "UTF-16BE"),
    ("utf-32", "UTF-32"), ("utf-32le", "UTF-32LE"), ("utf-32be", "UTF-32BE"),
    ("iso-2022-jp", "ISO-2022-JP-3"), ("iso-2022-jp-1", "ISO-2022-JP-3"),
    ("iso-2022-jp-2", "ISO-2022-JP-2"), ("iso-2022-jp-3", "ISO-2022-JP-3"),
    ("iso-2022-kr", "ISO-2022-KR"), ("iso-2022-cn", "ISO-2022-CN"),
    ("shift-jis", "CP932"), ("sjis", "CP932"), ("ms-kanji", "CP932"), ("cp932", "CP932"),
    ("windows-31j", "CP932"), ("euc-jp", "EUC-JP-MS"), ("eucjp", "EUC-JP-MS"),
    ("euc-kr", "CP949"), ("ks-c-5601-1987", "CP949"), ("ks-c-5601", "CP949"), ("cp949", "CP949"),
    ("korean", "CP949"), ("windows-949", "CP949"), ("johab", "JOHAB"),
    // GB 18030 holds all that GBK and GB 2312 hold, and mail mislabels them.
    ("gb2312", "GB18030"), ("gb-2312", "GB18030"), ("gbk", "GB18030"), ("gb18030", "GB18030"),
    ("cp936", "GB18030"), ("euc-cn", "GB18030"), ("gb2312-80", "GB18030"),
    ("big5", "BIG5-HKSCS"), ("big-5", "BIG5-HKSCS"), ("big5-hkscs", "BIG5-HKSCS"),
    ("cp950", "CP950"), ("euc-tw", "EUC-TW"),
    ("tis-620", "CP874"), ("windows-874", "CP874"), ("cp874", "CP874"), ("iso-8859-11", "CP874"),
    ("macintosh", "MACINTOSH"), ("mac-roman", "MACINTOSH"), ("mac-cyrillic", "MAC-CYRILLIC"),
    ("viscii", "VISCII"), ("tcvn", "TCVN"), ("armscii-8", "ARMSCII-8"),
    ("georgian-ps", "GEORGIAN-PS"), ("georgian-academy", "GEORGIAN-ACADEMY"),
  ]
}
