import CCurl
import Synchronization

/// Why a transfer failed. No text names more of the address than its host.
enum TransferError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The address, or a setting, is one that isn't used here. It will not work later either.
  case refused(String)
  /// Nobody answered, or the connection broke.
  case unreachable(String)
  /// It took longer than it may.
  case timedOut
  /// The other side isn't who it has to be, or TLS failed otherwise.
  case insecure(String)
  /// The answer is larger than it may be.
  case tooLarge
  /// The login was refused.
  case loginDenied
  /// It was stopped, as when this process is to end.
  case cancelled

  /// What went wrong.
  var description: String {
    switch self {
    case .refused(let reason), .unreachable(let reason), .insecure(let reason): reason
    case .timedOut: "there was no answer in time"
    case .tooLarge: "the answer is too large"
    case .loginDenied: "the login was refused"
    case .cancelled: "it was stopped"
    }
  }
}

/// The library by which alerts, timestamps and cosignatures travel: it is loaded when it is needed.
public enum TransferLibrary {
  /// Whether it can be loaded.
  public static var isLoaded: Bool { CurlTransfer.isReady }
}

/// Tells a transfer that is under way to stop.
final class TransferStop: Sendable {
  private let flag = Atomic(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }
  func set() { flag.store(true, ordering: .relaxed) }
}

/// One transfer through libcurl, over whatever protocol its URL names: settings first, then
/// ``perform(sending:answerByteCountMax:stop:)``, which blocks.
///
/// Whom it may talk to is narrowed here for all: TLS is verified, no redirect is followed, no proxy
/// and no password comes from the environment or from files.
@safe
struct CurlTransfer: ~Copyable {
  /// The most bytes of an answer's header.
  static let headerByteCountMax = 1 << 16

  private static let loaded = Mutex(false)

  /// Whether libcurl is loaded, which is tried again at each question.
  static var isReady: Bool {
    loaded.withLock { isLoaded in
      if !isLoaded { isLoaded = seed_curl_global_init() == CURLE_OK }
      return isLoaded
    }
  }

  // Owned by this value alone, and freed with it.
  private let handle: UnsafeMutableRawPointer
  // libcurl keeps the addresses of lists; they are freed after the handle.
  private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []
  private var failure: TransferError?

  /// A transfer to `url` by one of `protocols`, such as `https`, that ends after `deadline`.
  init(url: String, protocols: [String], deadline: Duration) throws(TransferError) {
    guard Self.isReady, let handle = unsafe seed_curl_easy_init() else {
      throw .unreachable("libcurl can't be loaded; install libcurl4")
    }
    unsafe self.handle = unsafe handle
    set(CURLOPT_PROTOCOLS_STR, protocols.joined(separator: ","))
    set(CURLOPT_URL, url)
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    // Signals would reach other threads.
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_TIMEOUT_MS, max(1, Int(min(deadline, .seconds(86_400)) / .milliseconds(1))))
    set(CURLOPT_USERAGENT, "seed")
  }

  deinit {
    unsafe seed_curl_easy_cleanup(handle)
    unsafe lists.forEach { unsafe seed_curl_slist_free_all($0) }
  }

  /// Sets an option that takes a number.
  mutating func set(_ option: CURLoption, _ value: Int) {
    note(unsafe seed_curl_set_number(handle, option, value), option)
  }

  /// Sets an option that takes a text.
  mutating func set(_ option: CURLoption, _ value: String) {
    // A C string would end at a NUL, and mean another text.
    guard !value.utf8.contains(0) else { return note(CURLE_BAD_FUNCTION_ARGUMENT, option) }
    note(unsafe seed_curl_set_text(handle, option, value), option)
  }

  /// Sets an option that takes a size in bytes.
  mutating func set(_ option: CURLoption, byteCount: Int) {
    note(unsafe seed_curl_set_size(handle, option, curl_off_t(byteCount)), option)
  }

  /// Sets an option that takes a list of texts, such as header fields; none may hold a line break.
  mutating func set(_ option: CURLoption, list values: [String]) {
    var list: UnsafeMutablePointer<curl_slist>?
    for value in values {
      guard value.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }),
        let longer = unsafe seed_curl_slist_append(list, value)
      else {
        unsafe seed_curl_slist_free_all(list)
        return note(CURLE_BAD_FUNCTION_ARGUMENT, option)
      }
      unsafe list = unsafe longer
    }
    guard let list = unsafe list else { return }
    unsafe lists.append(list)
    note(unsafe seed_curl_set_list(handle, option, list), option)
  }

  private mutating func note(_ code: CURLcode, _ option: CURLoption) {
    guard code != CURLE_OK, failure == nil else { return }
    failure = .refused("libcurl's option \(option.rawValue) can't be set")
  }

  /// The status of the answer: of HTTP, or of SMTP's last reply; 0 where there was none.
  var status: Int {
    var value = 0
    return unsafe seed_curl_get_number(handle, CURLINFO_RESPONSE_CODE, &value) == CURLE_OK
      ? value : 0
  }

  /// The media type of the answer.
  var contentType: String? {
    var text: UnsafeMutablePointer<CChar>?
    // Sound: the text lives as long as the handle.
    guard unsafe seed_curl_get_text(handle, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK,
      let text = unsafe text
    else { return nil }
    return unsafe String(cString: text)
  }

  /// For how long the other side asks to be left alone.
  var retryAfter: Duration? {
    var seconds: curl_off_t = 0
    guard unsafe seed_curl_get_size(handle, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK,
      seconds > 0
    else { return nil }
    return .seconds(seconds)
  }

  /// Sends `body`, where the settings ask for one, and returns the answer's.
  ///
  /// Blocks until it is done, at most until the deadline, or until soon after `stop` is set.
  mutating func perform(
    sending body: [UInt8] = [],
    answerByteCountMax: Int,
    stop: TransferStop
  ) throws(TransferError) -> [UInt8] {
    if let failure { throw failure }
    let exchange = Exchange(body, answerByteCountMax: answerByteCountMax, stop: stop)
    // Sound: libcurl hands the pointer to the callbacks during `curl_easy_perform` alone, for all of
    // which the object is held, and on this thread.
    let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
    var words = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let code = withExtendedLifetime(exchange) {
      unsafe words.withUnsafeMutableBufferPointer { words in
        unsafe seed_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, words.baseAddress)
        defer { unsafe seed_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil) }
        unsafe seed_curl_set_pointer(handle, CURLOPT_READDATA, context)
        unsafe seed_curl_set_mover(handle, CURLOPT_READFUNCTION, readBody)
        unsafe seed_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        unsafe seed_curl_set_mover(handle, CURLOPT_WRITEFUNCTION, takeAnswer)
        unsafe seed_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        unsafe seed_curl_set_mover(handle, CURLOPT_HEADERFUNCTION, takeHeader)
        unsafe seed_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context)
        unsafe seed_curl_set_progress(handle, mustStop)
        unsafe seed_curl_set_number(handle, CURLOPT_NOPROGRESS, 0)
        return unsafe seed_curl_easy_perform(handle)
      }
    }
    guard code != CURLE_OK else { return exchange.answer }
    let text = String(
      decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
      as: UTF8.self
    )
    throw Self.error(code, text.isEmpty ? Self.words(for: code) : text, exchange)
  }

  private static func words(for code: CURLcode) -> String {
    // The text is a constant of libcurl's.
    guard let text = unsafe seed_curl_easy_strerror(code) else { return "error \(code.rawValue)" }
    return unsafe String(cString: text)
  }

  private static func error(
    _ code: CURLcode,
    _ text: String,
    _ exchange: borrowing Exchange
  ) -> TransferError {
    if exchange.isTooLarge { return .tooLarge }
    return switch code {
    case CURLE_OPERATION_TIMEDOUT: .timedOut
    case CURLE_ABORTED_BY_CALLBACK: .cancelled
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    case CURLE_LOGIN_DENIED: .loginDenied
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: .refused(text)
    case CURLE_SSL_CACERT_BADFILE: .refused("the file of certificates can't be used")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM,
      CURLE_USE_SSL_FAILED, CURLE_SSL_CIPHER, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ISSUER_ERROR:
      .insecure(text)
    default: .unreachable(text)
    }
  }
}

/// What the callbacks of one transfer work on, all on the thread that performs it.
private final class Exchange {
  var answer: [UInt8] = []
  var isTooLarge = false
  private var body: ArraySlice<UInt8>
  private var headerByteCount = 0
  private let answerByteCountMax: Int
  private let stop: TransferStop

  init(_ body: [UInt8], answerByteCountMax: Int, stop: TransferStop) {
    self.body = body[...]
    self.answerByteCountMax = answerByteCountMax
    self.stop = stop
  }

  var mustStop: Bool { stop.isSet }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let part = body.prefix(buffer.count)
    unsafe buffer.copyBytes(from: part)
    body = body.dropFirst(part.count)
    return part.count
  }

  /// Whether there is room for the bytes.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count <= answerByteCountMax - answer.count else {
      isTooLarge = true
      return false
    }
    unsafe answer.append(contentsOf: bytes)
    return true
  }

  /// Whether the header may go on.
  func takeHeader(byteCount: Int) -> Bool {
    guard byteCount <= CurlTransfer.headerByteCountMax - headerByteCount else {
      isTooLarge = true
      return false
    }
    headerByteCount += byteCount
    return true
  }

  static func at(_ context: UnsafeMutableRawPointer?) -> Exchange? {
    guard let context = unsafe context else { return nil }
    // Sound: `perform` handed this very pointer over, and holds the object.
    return unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
  }
}

// libcurl promises `size * count` bytes at `buffer`, and takes any other number than the one that it
// gave as a failure.

private let readBody: seed_curl_mover = { buffer, size, count, context in
  guard let exchange = unsafe Exchange.at(context) else { return Int(CURL_READFUNC_ABORT) }
  return unsafe exchange.read(
    into: UnsafeMutableRawBufferPointer(start: buffer, count: size &* count)
  )
}

private let takeAnswer: seed_curl_mover = { buffer, size, count, context in
  let bytes = unsafe UnsafeRawBufferPointer(start: buffer, count: size &* count)
  return unsafe Exchange.at(context)?.take(bytes) == true ? bytes.count : -1
}

private let takeHeader: seed_curl_mover = { _, size, count, context in
  let byteCount = size &* count
  return unsafe Exchange.at(context)?.takeHeader(byteCount: byteCount) == true ? byteCount : -1
}

private let mustStop: curl_xferinfo_callback = { context, _, _, _, _ in
  unsafe Exchange.at(context)?.mustStop == false ? 0 : 1
}
