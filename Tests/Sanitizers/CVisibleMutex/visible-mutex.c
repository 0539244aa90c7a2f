// Lets ThreadSanitizer see who waits for a `Mutex`.
//
// Code that takes a free Mutex is inlined where it is used, so that the sanitizer sees it. Code that
// waits for one that is taken stands in Swift's library, which is not instrumented: what the other
// thread did before it let go would look like a race. A program's own function goes before a library's
// of the same name; this one asks until the Mutex is free, and nobody sleeps in the kernel.
#include "visible-mutex.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

// `Synchronization._MutexHandle._lockSlow(_: UInt32)`; a Mutex holds its owner's number, or 0.
__attribute__((swiftcall)) void
visible_mutex_lock(uint32_t thread,
                   __attribute__((swift_context)) _Atomic uint32_t *owner)
    __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

__attribute__((swiftcall)) void
visible_mutex_lock(uint32_t thread,
                   __attribute__((swift_context)) _Atomic uint32_t *owner) {
  uint32_t nobody = 0;
  while (!atomic_compare_exchange_weak_explicit(
      owner, &nobody, thread, memory_order_acquire, memory_order_relaxed)) {
    nobody = 0;
    sched_yield();
  }
}
