import Glibc
import SeedCore

/// Lists what waits in maildirs, apart from the scanner that reads it: a folder of a hundred thousand
/// messages takes a good part of a second.
actor MaildirLister {
  private nonisolated let executor = BlockingExecutor(label: "seed.maildir.list")
  private let maildirs: [String]
  private let countMax: Int
  private let settled: SettledFiles
  private var unchanged: [String: Int64] = [:]

  // Sound: the actor owns its executor, so the executor outlives every job.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(maildirs: [String], countMax: Int, settled: SettledFiles) {
    self.maildirs = maildirs
    self.countMax = countMax
    self.settled = settled
  }

  /// Lists the files that aren't settled; `all`: also in folders that did not change.
  func list(all: Bool) -> MaildirListing {
    var listing = MaildirListing()
    if all { unchanged = [:] }
    for maildir in maildirs {
      do {
        for folder in try MaildirLayout.messageFolders(of: maildir) {
          list(folder, of: maildir, into: &listing)
        }
      } catch let error as SystemError {
        listing.problems.append(MaildirProblem(path: maildir, error: error))
      } catch {}
    }
    cut(&listing)
    // What was cut off must be found again.
    if listing.isCut { unchanged = [:] }
    return listing
  }

  private func list(_ folder: String, of maildir: String, into listing: inout MaildirListing) {
    do {
      guard let status = try PathStatus.read(folder), status.isFolder else { return }
      let changedAt = status.modificationNanoseconds
      if unchanged[folder] == changedAt { return }
      // A change in the same tick of the file system's clock would leave the time as it is.
      let isStill = WallClock.nanoseconds &- changedAt > 2_000_000_000
      var problem: SystemError?
      try FolderListing.forEachName(in: folder) { bytes, inode in
        let name = MaildirName(bytes: bytes)
        guard name.isMessage, !settled.contains(name.baseName, inode: inode) else { return }
        do {
          // Nothing where it was moved meanwhile.
          guard
            let file = try settled.waitingFile(name, folder: folder, maildir: maildir)
          else { return }
          listing.files.append(file)
        } catch {
          problem = error as? SystemError
        }
        if listing.files.count >= 2 * countMax { cut(&listing) }
      }
      if let problem { throw problem }
      unchanged[folder] = isStill ? changedAt : nil
    } catch let error as SystemError {
      if error.code != ENOENT {
        listing.problems.append(MaildirProblem(path: folder, error: error))
      }
    } catch {}
  }

  private func cut(_ listing: inout MaildirListing) {
    listing.files.sort(by: WaitingFile.isOlder)
    guard listing.files.count > countMax else { return }
    listing.files.removeSubrange(countMax...)
    listing.isCut = true
  }
}

extension WaitingFile {
  /// Whether a file was delivered before another one.
  static func isOlder(_ left: WaitingFile, _ right: WaitingFile) -> Bool {
    if left.deliveredAt != right.deliveredAt { return left.deliveredAt < right.deliveredAt }
    return left.identity.baseName < right.identity.baseName
  }
}
