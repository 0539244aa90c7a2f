import Dispatch

/// Runs the jobs of one actor in order, outside the cooperative pool.
///
/// The pool has as many threads as the machine has cores, so one blocking `read(2)` there can hold
/// up every other task. An actor that makes such calls names this as its executor.
final class BlockingExecutor: SerialExecutor {
  private let queue: DispatchQueue

  init(label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // Sound: the queue is serial and runs each job exactly once.
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
