import Foundation

@testable import SeedService

/// A maildir that messages are delivered into.
struct TestMaildir: Sendable {
  let path: String

  init(_ path: String) throws {
    self.path = path
    for part in ["new", "cur", "tmp"] { try makeFolder(path + "/" + part) }
  }

  /// Delivers as an MTA does: written in `tmp`, then renamed.
  func deliver(_ name: String, _ text: String = "Subject: x\n\n", to folder: String = "new") throws
  {
    let draft = path + "/tmp/" + UUID().uuidString
    try Data(text.utf8).write(to: URL(filePath: draft))
    try move(draft, path + "/" + folder + "/" + name)
  }

  func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
  }
}

func makeFolder(_ path: String) throws {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
}

/// Renames in one step, as an MTA and a mail reader do.
func move(_ from: String, _ to: String) throws {
  guard unsafe rename(from, to) == 0 else { throw SystemError("rename") }
}

func makeFIFO(_ path: String) throws {
  guard unsafe mkfifo(path, 0o600) == 0 else { throw SystemError("mkfifo") }
}

func makeLink(_ path: String, to target: String) throws {
  guard unsafe symlink(target, path) == 0 else { throw SystemError("symlink") }
}

/// Makes an empty file whose name may hold any bytes.
func makeFile(_ name: [UInt8], in folder: String) throws {
  let path = (Array(folder.utf8) + [0x2F] + name + [0]).map { CChar(bitPattern: $0) }
  _ = try FileDescriptor("open", owning: unsafe open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
}
