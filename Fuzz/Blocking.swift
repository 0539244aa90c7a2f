import Dispatch

/// The value of an asynchronous call, waited for.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
  let result = Result<Value>()
  let done = DispatchSemaphore(value: 0)
  Task {
    result.value = await body()
    done.signal()
  }
  done.wait()
  guard let value = result.value else { fatalError("no value") }
  return value
}

/// Sound: the semaphore orders the one write before the one read.
private final class Result<Value>: @unchecked Sendable {
  var value: Value?
}
