import Foundation
import SeedCore
import SeedTesting
import Testing

@testable import SeedService

struct MessageSourceTests {
  private static let mbox = """
    From a@b.example Sun Nov 22 10:00:00 2026
    Subject: one

    >From here on
    body

    From a@b.example Sun Nov 22 10:00:00 2026
    Subject: two

    From a@b.example Sun Nov 22 10:00:01 2026
    Subject: three

    """

  @Test func `an mbox has a message for each From line, and equal ones are numbered`() async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("old")
    try Data(Self.mbox.utf8).write(to: URL(filePath: path))
    let taker = RecordingTaker()
    let report = try await MessageSource(path: path).takeIn(with: taker, store: taker.store)
    #expect(report.read == 3)
    let line = "From a@b.example Sun Nov 22 10:00:00 2026"
    #expect(
      taker.batches == [[line, line + " (2)", "From a@b.example Sun Nov 22 10:00:01 2026"]]
    )
    let again = try await MessageSource(path: path).takeIn(with: taker, store: taker.store)
    #expect(again.duplicates == 3)
  }

  @Test func `an mbox that grew has its old messages under their old names`() {
    let whole = MessageSource.split(Array(Self.mbox.utf8), deliveredAt: Timestamp(seconds: 0))
    let part = MessageSource.split(
      Array(Self.mbox.utf8.prefix(80)),
      deliveredAt: Timestamp(seconds: 0)
    )
    #expect(part.map(\.baseName) == whole.prefix(1).map(\.baseName))
    #expect(
      String(decoding: whole[0].bytes, as: UTF8.self) == "Subject: one\n\nFrom here on\nbody\n"
    )
  }

  @Test func `a folder is searched for messages, mboxes and maildirs`() async throws {
    let folder = try TemporaryFolder()
    let root = folder.path("mail")
    try makeFolder(root + "/a/b")
    try Data("Subject: 1\n\n".utf8).write(to: URL(filePath: root + "/a/1.eml"))
    try Data("Subject: 2\n\n".utf8).write(to: URL(filePath: root + "/a/b/2.eml"))
    try Data("From here no date, so no mbox\n\n".utf8).write(to: URL(filePath: root + "/a/3.eml"))
    try Data(Self.mbox.utf8).write(to: URL(filePath: root + "/z.mbox"))
    try Data("x".utf8).write(to: URL(filePath: root + "/.hidden"))
    try makeLink(root + "/a/loop", to: root)
    let maildir = try TestMaildir(root + "/m")
    try maildir.deliver("1700000001.x", "Subject: 4\n\n")
    let taker = RecordingTaker()
    let source = try MessageSource(path: root)
    #expect(try await source.takeIn(with: taker, store: taker.store).read == 7)
    #expect(
      taker.batches.map { $0.map { String($0.prefix(12)) } } == [
        ["1.eml", "3.eml", "2.eml"], ["1700000001.x"],
        ["From a@b.exa", "From a@b.exa", "From a@b.exa"],
      ]
    )
    let again = try await source.takeIn(with: taker, store: taker.store)
    #expect(again.read == 7 && again.duplicates == 7)
  }

  @Test func `a path that is nothing, and a file that is no mbox, are refused`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("x")
    let missing = #expect(throws: MessageSourceError.missing(path: path)) {
      try MessageSource(path: path)
    }
    #expect(missing?.exitStatus == .notFound)
    try makeFIFO(path)
    #expect(throws: MessageSourceError.foreign(path: path)) { try MessageSource(path: path) }
    let file = folder.path("y")
    try Data("Subject: y\n\n".utf8).write(to: URL(filePath: file))
    let taker = RecordingTaker()
    await #expect(throws: MessageSourceError.noMbox(path: file)) {
      try await MessageSource(path: file, asMbox: true).takeIn(with: taker, store: taker.store)
    }
  }
}
