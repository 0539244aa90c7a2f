// Filled by the work on this target.
