import Dispatch

/// Waits for a task, which runs on this thread as far as it can; its error ends the program.
public func blocking(_ body: @escaping @Sendable () async throws -> Void) {
  let done = DispatchSemaphore(value: 0)
  Task.immediate {
    do { try await body() } catch { fatalError("\(error)") }
    done.signal()
  }
  done.wait()
}
