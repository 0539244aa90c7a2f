public import Foundation

/// A folder for one test, open to its user alone, that is removed with all it holds when the value goes.
public struct TemporaryFolder: ~Copyable, Sendable {
  /// Where it lies.
  public let url: URL

  /// Makes an empty one.
  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "seed-\(UUID().uuidString.lowercased())", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(
      at: url,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
  }

  /// The path of `name` in it.
  public func path(_ name: String) -> String { url.appending(path: name).path }

  deinit {
    // A folder that stays behind is no reason to fail a test that passed.
    try? FileManager.default.removeItem(at: url)
  }
}
