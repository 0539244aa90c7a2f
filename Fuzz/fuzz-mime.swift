/// MIME trees: a part lies in the part that holds it, and everything can be decoded.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMIME(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let structure = MIMEStructure(of: Message(parsing: unsafe input(start, count)))
  for (index, part) in structure.parts.enumerated() {
    require(part.body, within: part.whole)
    require(part.depth <= MIMEStructure.nestingMax, "nesting has a limit")
    if let range = part.preamble { require(range, within: part.body) }
    if let range = part.epilogue { require(range, within: part.body) }
    if let parent = part.parent {
      require(parent < index, "a part stands behind the one that holds it")
      let holder = structure.parts[parent]
      require(part.depth == holder.depth + 1, "depth counts the holders")
      if holder.buffer == part.buffer { require(part.whole, within: holder.body) }
    }
    _ = structure.decodedText(of: index)
    _ = structure.message(at: index).fields.map(\.kind)
  }
  let bodies = structure.bodies
  for index in bodies.text + bodies.html + bodies.attachments {
    require(structure.parts.indices.contains(index), "a body is a part")
  }
  return 0
}
