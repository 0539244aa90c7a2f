// libFuzzer as a library; clang's run-time has no header for it.
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments,
                        int (*entry)(const uint8_t *bytes, size_t count));
