import CMalloc

/// How this process keeps memory that it gave back.
public enum MemoryThrift {
  /// Lets the C library give memory back soon: messages of a megabyte come and go, and it would keep
  /// what each thread used at its worst. To be called first of all, before there are threads.
  public static func begin() {
    // With an arena for each thread, what one gave back doesn't serve the others.
    _ = mallopt(M_ARENA_MAX, 2)
    // Setting these keeps them from growing with the largest message that was seen.
    _ = mallopt(M_MMAP_THRESHOLD, 128 << 10)
    _ = mallopt(M_TRIM_THRESHOLD, 1 << 20)
  }
}
