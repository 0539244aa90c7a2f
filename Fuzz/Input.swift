/// The bytes that libFuzzer offers.
func input(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  // Sound: libFuzzer promises `count` bytes for the length of the call.
  unsafe Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
}

/// Stops the fuzzer when what must hold does not.
func require(_ condition: Bool, _ rule: StaticString) {
  guard condition else { fatalError("\(rule)") }
}

/// A range that must lie in another.
func require(_ inner: Range<Int>, within outer: Range<Int>) {
  require(
    inner.lowerBound >= outer.lowerBound && inner.upperBound <= outer.upperBound,
    "a range lies where it belongs"
  )
}
