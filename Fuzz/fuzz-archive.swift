// needs: SeedAuth
// with: Sources/SeedCore/Evidence/Archive/*.swift
import SeedCrypto
import SeedMail

/// Archives and bags: any bytes are refused, or are what would be written of the files in them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzArchive(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  if let files = try? ZipArchive.files(in: bytes) {
    let again = try? ZipArchive.bytes(of: files)
    require(again == bytes, "an archive can be written in one way only")
  }
  // A tag file each, in the place of a good one's.
  let bag = Bag(payload: ["data/a": [1, 2, 3]], info: [])
  require(bag.bundleFaults.isEmpty, "a bag that was written is valid")
  let names = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
  for name in names where bag.files[name] != bytes {
    var files = bag.files
    files[name] = bytes
    require(!Bag(files).bundleFaults.isEmpty, "a bag can be written in one way only")
    files["fetch.txt"] = bytes
    files["manifest-md5.txt"] = bytes
    _ = Bag(files).faults
  }
  return 0
}
