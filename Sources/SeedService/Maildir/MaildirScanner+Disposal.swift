import Glibc

extension MaildirScanner {
  /// Does with messages that were taken in what the configuration says.
  ///
  /// - Returns: Those that are where they were, and why.
  func dispose(
    _ files: [WaitingFile],
    _ rule: Configuration.Mail.AfterIngest
  ) -> [(file: WaitingFile, error: any Error)] {
    var failures: [(WaitingFile, any Error)] = []
    let moved = files.compactMap { file in target(of: file, rule).map { (file, $0) } }
    for (target, files) in Dictionary(grouping: moved, by: \.1) {
      var linked: [WaitingFile] = []
      do {
        if rule == .archive, let file = files.first?.0 { try makeArchive(like: file.maildir) }
        for (file, _) in files {
          do {
            if try link(file, into: target) { linked.append(file) }
          } catch {
            failures.append((file, error))
          }
        }
        guard !linked.isEmpty else { continue }
        // A power cut may otherwise take the new name, and leave the removal of the old one.
        try FileDescriptor(path: target, O_RDONLY | O_DIRECTORY).synchronize()
        for file in linked {
          let path = Self.path(file.folder, file.name)
          guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink") }
        }
      } catch {
        failures += files.map { ($0.0, error) }
      }
    }
    return failures
  }

  /// The folder that a message is to be in; `nil` where it is there already.
  private func target(of file: WaitingFile, _ rule: Configuration.Mail.AfterIngest) -> String? {
    switch rule {
    case .keep: nil
    case .seen:
      file.folder.hasSuffix("/new") ? file.folder.dropLast("/new".count) + "/cur" : nil
    case .archive:
      file.folder.hasPrefix(Self.archive(of: file.maildir) + "/")
        ? nil : Self.archive(of: file.maildir) + "/cur"
    }
  }

  /// Gives a message a second name; says whether it has one.
  private func link(_ file: WaitingFile, into target: String) throws -> Bool {
    let from = Self.path(file.folder, file.name), to = Self.path(target, file.name.seen)
    // A link, and not a renaming, since that would put it in the place of another message. When this
    // process dies before the first name is removed, both lead to the one file that is known.
    if unsafe Glibc.link(from, to) == 0 { return true }
    if errno == ENOENT { return false }
    let failure = SystemError("link")
    guard failure.code == EEXIST else { throw failure }
    var old = stat(), new = stat()
    guard unsafe lstat(from, &old) == 0, unsafe lstat(to, &new) == 0, old.st_ino == new.st_ino,
      old.st_dev == new.st_dev
    else { throw failure }
    return true
  }

  /// Makes a Maildir++ folder for whoever may use the maildir.
  private func makeArchive(like maildir: String) throws {
    guard let mode = try PathStatus.read(maildir)?.st_mode else { return }
    let archive = Self.archive(of: maildir)
    var isNew = false
    for part in ["", "/tmp", "/new", "/cur"] {
      if unsafe mkdir(archive + part, mode & 0o777) == 0 {
        isNew = true
      } else {
        guard errno == EEXIST else { throw SystemError("mkdir") }
      }
    }
    guard isNew else { return }
    try DurableFile.synchronizeFolder(of: archive + "/cur")
    try DurableFile.synchronizeFolder(of: archive)
  }

  private static func archive(of maildir: String) -> String { maildir + "/.Archive" }

  private static func path(_ folder: String, _ name: MaildirName) -> [CChar] {
    (Array(folder.utf8) + [UInt8(ascii: "/")] + name.bytes + [0]).map { CChar(bitPattern: $0) }
  }
}
