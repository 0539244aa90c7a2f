import CFuzzer
import Foundation
import SeedFuzz

#if FUZZ_SERVICES
  import SeedFuzzService
#endif

/// `seed-fuzz list`, `seed-fuzz seeds FOLDER`, and `seed-fuzz NAME …`, which goes on as libFuzzer does
/// with the rest of its arguments.
@main struct Driver {
  #if FUZZ_SERVICES
    private static let entries = FuzzEntry.all + FuzzEntry.services
  #else
    private static let entries = FuzzEntry.all
  #endif
  // Sound: written once, before the fuzzer starts, and read by its thread.
  nonisolated(unsafe) private static var chosen = entries[0]

  static func main() {
    let arguments = CommandLine.arguments
    switch arguments.dropFirst().first {
    case "list": for entry in entries { print(entry.name) }
    case "seeds" where arguments.count == 3: blocking { try await write(to: arguments[2]) }
    case let name:
      guard let entry = entries.first(where: { $0.name == name }) else {
        print("usage: seed-fuzz list | seeds FOLDER | NAME [libFuzzer's arguments]")
        exit(2)
      }
      unsafe chosen = entry
      run(arguments[..<1] + arguments.dropFirst(2))
    }
  }

  private static func run(_ arguments: ArraySlice<String>) {
    // Never freed: libFuzzer keeps them.
    let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
      capacity: arguments.count + 1
    )
    for (index, argument) in arguments.enumerated() {
      unsafe copies[index] = unsafe strdup(argument)
    }
    unsafe copies[arguments.count] = nil
    var count = CInt(arguments.count)
    var start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe copies
    let status = unsafe LLVMFuzzerRunDriver(&count, &start) { bytes, count in
      // Sound: libFuzzer promises `count` bytes for the length of the call.
      let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
      let entry = unsafe Driver.chosen
      blocking { try await entry.check(input) }
      return 0
    }
    exit(status)
  }

  /// Writes the inputs to begin with and the dictionaries.
  private static func write(to folder: String) async throws {
    for entry in entries {
      let own = URL(filePath: folder).appending(path: entry.name)
      try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
      for (index, seed) in try await entry.seeds().enumerated() {
        try Data(seed).write(to: own.appending(path: "seed-\(index)"))
      }
      let lines = entry.words.map { word in
        "\"" + word.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
          + "\"\n"
      }
      guard !lines.isEmpty else { continue }
      let dictionary = URL(filePath: folder).appending(path: entry.name + ".dict")
      try Data(lines.joined().utf8).write(to: dictionary)
    }
  }
}
