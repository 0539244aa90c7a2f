import FoundationEssentials

/// Paths as users type them.
enum Path {
  /// The path from the root.
  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }
}
