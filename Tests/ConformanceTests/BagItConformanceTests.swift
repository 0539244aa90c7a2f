import Foundation
import SeedCore
import SeedTesting
import Testing

struct BagItConformanceTests {
  @Test(.enabled(if: Suite.vectors("bagit") != nil))
  func `the Library of Congress's bags pass or fail as they should`() throws {
    let suite = try #require(Suite.vectors("bagit"))
    var total = 0
    var misses: [String] = []
    for version in ["v0.97", "v1.0"] {
      for kind in ["valid", "invalid"] {
        let folder = suite.folder.appending(path: "\(version)/\(kind)")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
          let bag = folder.appending(path: name)
          guard
            bag.hasDirectoryPath
              || (try? bag.resourceValues(forKeys: [.isDirectoryKey]))?
                .isDirectory == true
          else { continue }
          total += 1
          let faults = Bag(try Self.files(in: bag)).faults
          if faults.isEmpty != (kind == "valid") {
            misses.append("\(version)/\(kind)/\(name): \(faults)")
          }
        }
      }
    }
    suite.report(passed: total - misses.count, total: total, misses: misses)
    #expect(misses == [])
    #expect(total >= 28)
  }

  private static func files(in folder: URL) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let paths = try #require(FileManager.default.enumerator(atPath: folder.path))
    for case let path as String in paths {
      let url = folder.appending(path: path)
      guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else {
        continue
      }
      files[path] = Array(try Data(contentsOf: url))
    }
    return files
  }
}
