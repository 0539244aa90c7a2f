import Glibc

/// Where the messages of a maildir lie.
enum MaildirLayout {
  /// The `new` and `cur` of a maildir and of its Maildir++ subfolders, which are folders in it whose
  /// names begin with a dot.
  ///
  /// The maildir itself may be a symbolic link, a subfolder may not: it could lead anywhere.
  /// - Throws: ``SystemError`` where the maildir is missing, no maildir, or can't be read.
  static func messageFolders(of maildir: String) throws -> [String] {
    var roots: [String] = []
    for subfolder in try subfolders(of: maildir) { roots.append(maildir + "/" + subfolder) }
    roots.sort()
    let folders = try ([maildir] + roots).flatMap(parts)
    guard !folders.isEmpty else { throw SystemError("no new and cur in it", code: ENOENT) }
    return folders
  }

  /// The names in a maildir that may be Maildir++ subfolders.
  static func subfolders(of maildir: String) throws -> [String] {
    var names: [String] = []
    try FolderListing.forEachName(in: maildir) { bytes, _ in
      // A folder whose name isn't UTF-8 is none that IMAP software makes.
      guard bytes.count > 1, bytes[0] == UInt8(ascii: "."),
        let name = String(validating: bytes, as: UTF8.self)
      else { return }
      names.append(name)
    }
    return try names.filter {
      try PathStatus.read(maildir + "/" + $0, followingLinks: false)?.isFolder ?? false
    }
  }

  /// Whether a path is a maildir.
  static func isMaildir(_ path: String) throws -> Bool { try !parts(of: path).isEmpty }

  private static func parts(of root: String) throws -> [String] {
    try ["new", "cur"].map { root + "/" + $0 }.filter {
      try PathStatus.read($0)?.isFolder ?? false
    }
  }
}

/// A file that a watch saw come into a maildir.
public struct MaildirHint: Sendable, Hashable {
  /// The maildir.
  public let maildir: String
  /// The folder in it.
  public let folder: String
  /// The file's name.
  public let name: MaildirName
  /// Whether it was moved there or closed; one that was only created may still be written to.
  public let isComplete: Bool
}
