import Glibc
import SeedCore

/// Lists what waits in maildirs, apart from the scanner that reads it: a folder of a hundred thousand
/// messages takes a good part of a second.
actor MaildirLister {
  private nonisolated let executor = BlockingExecutor(label: "seed.maildir.list")
  private let maildirs: [String]
  private let settled: SettledFiles
  private var unchanged: [String: Int64] = [:]
  /// The oldest names of the last look through the folders, as far as nobody took them.
  private var reserve: PackedNames
  private var problems: [MaildirProblem] = []

  // Sound: the actor owns its executor, so the executor outlives every job.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(maildirs: [String], reserveCountMax: Int, settled: SettledFiles) {
    self.maildirs = maildirs
    self.settled = settled
    reserve = PackedNames(countMax: reserveCountMax)
  }

  /// Lists at most `count` files that aren't settled, the oldest; `all`: also in folders that did not
  /// change.
  ///
  /// What was seen beyond these comes first the next time, without another look at the folders.
  func list(_ count: Int, all: Bool) -> MaildirListing {
    if all {
      unchanged = [:]
      reserve.removeAll()
    }
    var listing = MaildirListing()
    repeat {
      if reserve.isEmpty { collect() }
      for found in reserve.take(count) { look(at: found, into: &listing) }
      listing.isCut = !reserve.isEmpty || reserve.isCut
      // What was cut off must be found again.
      if listing.isCut { unchanged = [:] }
      // Where none of them is a file, they aren't found again.
    } while listing.isCut && listing.files.isEmpty && count > 0 && problems.isEmpty
    listing.files.sort(by: WaitingFile.isOlder)
    listing.problems = problems
    return listing
  }

  /// Looks through the folders for the names of files: only those that are taken are looked at one by
  /// one.
  private func collect() {
    reserve.removeAll()
    problems = []
    for maildir in maildirs {
      do {
        for folder in try MaildirLayout.messageFolders(of: maildir) {
          collect(MaildirFolder(path: folder, maildir: maildir))
        }
      } catch let error as SystemError {
        problems.append(MaildirProblem(path: maildir, error: error))
      } catch {}
    }
    reserve.finish()
  }

  private func collect(_ folder: MaildirFolder) {
    do {
      guard let status = try PathStatus.read(folder.path), status.isFolder else { return }
      let changedAt = status.modificationNanoseconds
      if unchanged[folder.path] == changedAt { return }
      // A change in the same tick of the file system's clock would leave the time as it is.
      let isStill = WallClock.nanoseconds &- changedAt > 2_000_000_000
      var problem: SystemError?
      reserve.begin(folder)
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
          guard reserve.wants(time), !settled.contains(name.baseName, inode: inode) else { return }
          reserve.add(name, inode: inode, seconds: time)
        } catch {
          problem = error as? SystemError
        }
      }
      if let problem { throw problem }
      unchanged[folder.path] = isStill ? changedAt : nil
    } catch let error as SystemError {
      if error.code != ENOENT { report(error, folder) }
    } catch {}
  }

  private func look(at found: PackedNames.Found, into listing: inout MaildirListing) {
    let (name, folder) = (found.name, found.folder)
    do {
      switch try settled.look(at: name, folder: folder.path, maildir: folder.maildir) {
      case .waiting(let file): listing.files.append(file)
      case .settled: break
      // It isn't found again, or it would take the place of files.
      case .foreign(let identity): settled.insert([identity])
      case .gone: listing.hasVanished = true
      }
    } catch let error as SystemError {
      unchanged[folder.path] = nil
      report(error, folder)
    } catch {}
  }

  private func report(_ error: SystemError, _ folder: MaildirFolder) {
    guard !problems.contains(where: { $0.path == folder.path }) else { return }
    problems.append(MaildirProblem(path: folder.path, error: error))
  }
}

extension WaitingFile {
  /// Whether a file was delivered before another one.
  static func isOlder(_ left: WaitingFile, _ right: WaitingFile) -> Bool {
    if left.deliveredAt != right.deliveredAt { return left.deliveredAt < right.deliveredAt }
    return left.identity.baseName < right.identity.baseName
  }
}
