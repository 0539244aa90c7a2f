import Dispatch
import Synchronization

/// Wakes one waiting task, or the next that waits. Ringing several times before anybody waits is
/// the same as once.
final class Bell: Sendable {
  private struct State {
    var isRung = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  /// One for every wait: with a task that sleeps, whoever is woken would wait for its end.
  // Sound: any thread may set a source's time.
  nonisolated(unsafe) private let alarm = DispatchSource.makeTimerSource(queue: .global())

  init() {
    unsafe alarm.setEventHandler { [weak self] in self?.ring() }
    unsafe alarm.activate()
  }

  deinit { unsafe alarm.cancel() }

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
    // An alarm that comes after the bell, rings for nothing.
    unsafe alarm.schedule(deadline: .now() + max(.zero, duration) / .seconds(1))
    await wait()
  }
}
