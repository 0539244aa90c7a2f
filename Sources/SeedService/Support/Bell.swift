import Synchronization

/// Wakes one waiting task, or the next that waits. Ringing several times before anybody waits is
/// the same as once.
final class Bell: Sendable {
  private struct State {
    var isRung = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Wakes the waiting task; may be called from anywhere.
  func ring() {
    let waiter = state.withLock { state in
      let waiter = state.waiter
      state.waiter = nil
      if waiter == nil { state.isRung = true }
      return waiter
    }
    waiter?.resume()
  }

  /// Returns when the bell rings, or the task is cancelled. One task may wait at a time.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let isDone = state.withLock { state in
          if state.isRung || Task.isCancelled {
            state.isRung = false
            return true
          }
          state.waiter = waiter
          return false
        }
        if isDone { waiter.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }
  }

  /// Returns when the bell rings, after `duration`, or when the task is cancelled.
  func wait(atMost duration: Duration) async {
    await withTaskGroup { group in
      group.addTask {
        // Only a cancellation ends it early, and then there is nothing to do.
        guard (try? await Task.sleep(for: duration)) != nil else { return }
        self.ring()
      }
      // Not in a task of its own, so that whoever waits goes on at once.
      await wait()
      group.cancelAll()
    }
  }
}
