import Glibc

extension MaildirScanner {
  /// Does with a message that was taken in what the configuration says.
  ///
  /// - Throws: ``SystemError``; the message is still where it was.
  func dispose(_ file: WaitingFile, _ rule: Configuration.Mail.AfterIngest) throws {
    let target: String
    switch rule {
    case .keep: return
    case .seen:
      guard file.folder.hasSuffix("/new") else { return }
      target = file.folder.dropLast("/new".count) + "/cur"
    case .archive:
      let archive = file.maildir + "/.Archive"
      guard !file.folder.hasPrefix(archive + "/") else { return }
      target = archive + "/cur"
      try makeArchive(archive, like: file.maildir)
    }
    let from = Self.path(file.folder, file.name), to = Self.path(target, file.name.seen)
    // A link, and not a renaming, since that would put it in the place of another message. When this
    // process dies between the two, both names lead to the one file that is known.
    guard unsafe link(from, to) == 0 else {
      if errno == ENOENT { return }
      throw SystemError("link")
    }
    guard unsafe unlink(from) == 0 || errno == ENOENT else { throw SystemError("unlink") }
  }

  /// Makes a Maildir++ folder for whoever may use the maildir.
  private func makeArchive(_ path: String, like maildir: String) throws {
    guard let mode = try PathStatus.read(maildir)?.st_mode else { return }
    for part in ["", "/tmp", "/new", "/cur"] {
      guard unsafe mkdir(path + part, mode & 0o777) == 0 || errno == EEXIST else {
        throw SystemError("mkdir")
      }
    }
  }

  private static func path(_ folder: String, _ name: MaildirName) -> [CChar] {
    (Array(folder.utf8) + [UInt8(ascii: "/")] + name.bytes + [0]).map { CChar(bitPattern: $0) }
  }
}
