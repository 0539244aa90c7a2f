/// Authentication-Results: what is read keeps to its limits, and says nothing that isn't there.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzResults(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe input(start, count)
  guard let field = try? AuthenticationResultsField(parsing: bytes.span) else { return 0 }
  require(!field.authserv.isEmpty, "a field has an author")
  require(field.results.count <= AuthenticationResultsField.resultCountMax, "statements are few")
  for statement in field.results {
    require(
      statement.properties.count <= AuthenticationResultsField.propertyCountMax,
      "properties are few"
    )
    require(!statement.method.isEmpty && !statement.result.isEmpty, "a statement says something")
    for property in statement.properties {
      // A byte that is no UTF-8 is shown as a character of three bytes.
      require(property.value.utf8.count <= 3 * bytes.count, "a value stands in the field")
    }
  }
  return 0
}
