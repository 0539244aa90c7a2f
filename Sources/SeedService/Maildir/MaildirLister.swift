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
    var names = OldestNames(countMax: countMax)
    for maildir in maildirs {
      do {
        for folder in try MaildirLayout.messageFolders(of: maildir) {
          collect(Folder(path: folder, maildir: maildir), into: &names, &listing)
        }
      } catch let error as SystemError {
        listing.problems.append(MaildirProblem(path: maildir, error: error))
      } catch {}
    }
    for name in names.taken() { look(at: name, into: &listing) }
    listing.files.sort(by: WaitingFile.isOlder)
    listing.isCut = names.isCut
    // What was cut off must be found again.
    if listing.isCut { unchanged = [:] }
    return listing
  }

  /// Collects the names of a folder: only the files that are taken are looked at one by one.
  private func collect(
    _ folder: Folder,
    into names: inout OldestNames,
    _ listing: inout MaildirListing
  ) {
    do {
      guard let status = try PathStatus.read(folder.path), status.isFolder else { return }
      let changedAt = status.modificationNanoseconds
      if unchanged[folder.path] == changedAt { return }
      // A change in the same tick of the file system's clock would leave the time as it is.
      let isStill = WallClock.nanoseconds &- changedAt > 2_000_000_000
      var problem: SystemError?
      try FolderListing.forEachName(in: folder.path) { bytes, inode in
        let name = MaildirName(bytes: bytes)
        guard name.isMessage else { return }
        do {
          let time: Int64
          if let seconds = name.deliverySeconds {
            time = seconds
          } else {
            // Nothing where it was moved meanwhile.
            guard let status = try PathStatus.read(name: bytes, in: folder.path) else { return }
            time = status.modificationNanoseconds / 1_000_000_000
          }
          guard names.wants(time), !settled.contains(name.baseName, inode: inode) else { return }
          names.add(FoundName(name: name, inode: inode, seconds: time, folder: folder))
        } catch {
          problem = error as? SystemError
        }
      }
      if let problem { throw problem }
      unchanged[folder.path] = isStill ? changedAt : nil
    } catch let error as SystemError {
      if error.code != ENOENT { report(error, folder, in: &listing) }
    } catch {}
  }

  private func look(at found: FoundName, into listing: inout MaildirListing) {
    let folder = found.folder
    do {
      let file = try settled.waitingFile(found.name, folder: folder.path, maildir: folder.maildir)
      if let file {
        listing.files.append(file)
      } else if try PathStatus.read(name: found.name.bytes, in: folder.path) != nil {
        // What is no file for ever isn't found again, or it would take the place of files.
        settled.insert(found.name.baseName, inode: found.inode)
      }
    } catch let error as SystemError {
      unchanged[folder.path] = nil
      report(error, folder, in: &listing)
    } catch {}
  }

  private func report(_ error: SystemError, _ folder: Folder, in listing: inout MaildirListing) {
    guard !listing.problems.contains(where: { $0.path == folder.path }) else { return }
    listing.problems.append(MaildirProblem(path: folder.path, error: error))
  }
}

/// A `new` or a `cur`.
private final class Folder {
  let path: String
  let maildir: String

  init(path: String, maildir: String) {
    self.path = path
    self.maildir = maildir
  }
}

/// A name that was found in a folder, and the second of its delivery.
private struct FoundName {
  let name: MaildirName
  let inode: UInt64
  let seconds: Int64
  let folder: Folder
}

/// The oldest of many names, without keeping the others.
private struct OldestNames {
  private let countMax: Int
  private var names: [FoundName] = []
  /// What is younger than this is not among the oldest.
  private var youngest = Int64.max
  /// Whether there are others.
  private(set) var isCut = false

  init(countMax: Int) { self.countMax = countMax }

  /// Whether a name of this time may be among the oldest.
  func wants(_ seconds: Int64) -> Bool { seconds <= youngest }

  mutating func add(_ name: FoundName) {
    names.append(name)
    if names.count >= 2 * countMax { cut() }
  }

  /// The oldest names, no more than may be.
  mutating func taken() -> [FoundName] {
    cut()
    return names
  }

  private mutating func cut() {
    guard names.count > countMax else { return }
    names.sort { left, right in
      left.seconds != right.seconds
        ? left.seconds < right.seconds
        : left.name.bytes.lexicographicallyPrecedes(right.name.bytes)
    }
    names.removeSubrange(countMax...)
    youngest = names.last?.seconds ?? youngest
    isCut = true
  }
}

extension WaitingFile {
  /// Whether a file was delivered before another one.
  static func isOlder(_ left: WaitingFile, _ right: WaitingFile) -> Bool {
    if left.deliveredAt != right.deliveredAt { return left.deliveredAt < right.deliveredAt }
    return left.identity.baseName < right.identity.baseName
  }
}
