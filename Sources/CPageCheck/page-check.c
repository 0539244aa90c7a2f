#include "page-check.h"

#include <sqlite3.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_BYTE_COUNT = 100, PAGE_SIZE_MAX = 65536 };

/* How often a page is looked at that may just be written, and the milliseconds between. */
enum { LOOK_COUNT_MAX = 5, LOOK_PAUSE = 10 };

/* An open file; the one of the system's VFS lies behind it. */
typedef struct {
  sqlite3_file base;
  /* 0 where its pages have no checksums. */
  uint32_t page_size;
} checked_file;

static _Atomic int64_t last_fault;

/* The checksum. */

static uint32_t little_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

/* Two sums over the words of the page, each into the other, that begin with the page's number: what
 * changes one word changes at least one of them, and so does a page in another's place. */
static void compute(const uint8_t *page, uint32_t byte_count, int64_t number, uint8_t out[8]) {
  uint32_t first = (uint32_t)number, second = 0;
  for (uint32_t at = 0; at + 16 <= byte_count; at += 8) {
    first += little_endian(page + at) + second;
    second += little_endian(page + at + 4) + first;
  }
  for (int shift = 0; shift < 4; shift++) {
    out[shift] = (uint8_t)(first >> 8 * shift);
    out[4 + shift] = (uint8_t)(second >> 8 * shift);
  }
}

static uint8_t *tail(uint8_t *page, uint32_t byte_count) {
  return page + byte_count - SEED_PAGE_CHECK_BYTE_COUNT;
}

static bool is_sealed(uint8_t *page, uint32_t byte_count) {
  static const uint8_t none[SEED_PAGE_CHECK_BYTE_COUNT];
  return memcmp(tail(page, byte_count), none, sizeof none) != 0;
}

static bool holds(uint8_t *page, uint32_t byte_count, int64_t number) {
  if (!is_sealed(page, byte_count)) return true;
  uint8_t expected[SEED_PAGE_CHECK_BYTE_COUNT];
  compute(page, byte_count, number, expected);
  return memcmp(tail(page, byte_count), expected, sizeof expected) == 0;
}

static void seal(uint8_t *page, uint32_t byte_count, int64_t number) {
  compute(page, byte_count, number, tail(page, byte_count));
}

/* Takes the checksum out of SQLite's copy, so that it doesn't get into the write-ahead log: there it
 * would be an old one as soon as the page is changed. */
static void unseal(uint8_t *page, uint32_t byte_count) {
  memset(tail(page, byte_count), 0, SEED_PAGE_CHECK_BYTE_COUNT);
}

/* The size of the pages that a file's first bytes announce; 0 where they have no checksums. */
static uint32_t announced_size(const uint8_t *header) {
  if (memcmp(header, "SQLite format 3", 16) != 0) return 0;
  uint32_t size = (uint32_t)header[16] << 8 | header[17];
  if (size == 1) size = 65536;
  bool is_size = size >= 512 && (size & (size - 1)) == 0;
  return is_size && header[20] == SEED_PAGE_CHECK_BYTE_COUNT ? size : 0;
}

int64_t seed_page_check_fault(void) { return last_fault; }

/* Files. */

static sqlite3_file *next(sqlite3_file *file) { return (sqlite3_file *)((checked_file *)file + 1); }

#define FORWARD(method, ...) next(file)->pMethods->method(next(file), ##__VA_ARGS__)

static bool is_page(const checked_file *file, int byte_count, sqlite3_int64 offset) {
  return file->page_size != 0 && (uint32_t)byte_count == file->page_size &&
         offset % byte_count == 0;
}

static int file_read(sqlite3_file *file, void *into, int byte_count, sqlite3_int64 offset) {
  int code = FORWARD(xRead, into, byte_count, offset);
  if (code != SQLITE_OK || !is_page((checked_file *)file, byte_count, offset)) return code;
  int64_t number = offset / byte_count + 1;
  if (!holds(into, (uint32_t)byte_count, number)) {
    last_fault = number;
    return SQLITE_IOERR_DATA;
  }
  unseal(into, (uint32_t)byte_count);
  return SQLITE_OK;
}

static int file_write(sqlite3_file *file, const void *from, int byte_count, sqlite3_int64 offset) {
  checked_file *own = (checked_file *)file;
  if (offset == 0 && byte_count >= HEADER_BYTE_COUNT) own->page_size = announced_size(from);
  if (!is_page(own, byte_count, offset)) return FORWARD(xWrite, from, byte_count, offset);
  /* SQLite leaves the reserved bytes of its copy to whoever reserved them. */
  uint8_t *page = (uint8_t *)from;
  seal(page, (uint32_t)byte_count, offset / byte_count + 1);
  int code = FORWARD(xWrite, page, byte_count, offset);
  unseal(page, (uint32_t)byte_count);
  return code;
}

static int file_close(sqlite3_file *file) { return FORWARD(xClose); }
static int file_truncate(sqlite3_file *file, sqlite3_int64 size) { return FORWARD(xTruncate, size); }
static int file_sync(sqlite3_file *file, int flags) { return FORWARD(xSync, flags); }
static int file_size(sqlite3_file *file, sqlite3_int64 *size) { return FORWARD(xFileSize, size); }
static int file_lock(sqlite3_file *file, int lock) { return FORWARD(xLock, lock); }
static int file_unlock(sqlite3_file *file, int lock) { return FORWARD(xUnlock, lock); }
static int file_check_lock(sqlite3_file *file, int *result) {
  return FORWARD(xCheckReservedLock, result);
}
static int file_control(sqlite3_file *file, int operation, void *argument) {
  return FORWARD(xFileControl, operation, argument);
}
static int file_sector_size(sqlite3_file *file) { return FORWARD(xSectorSize); }
static int file_characteristics(sqlite3_file *file) { return FORWARD(xDeviceCharacteristics); }
static int file_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **to) {
  return FORWARD(xShmMap, region, size, extend, to);
}
static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
  return FORWARD(xShmLock, offset, count, flags);
}
static void file_shm_barrier(sqlite3_file *file) { FORWARD(xShmBarrier); }
static int file_shm_unmap(sqlite3_file *file, int deletes) { return FORWARD(xShmUnmap, deletes); }

/* What is mapped is not read through here, so nothing is. */
static int file_fetch(sqlite3_file *file, sqlite3_int64 offset, int byte_count, void **to) {
  (void)file, (void)offset, (void)byte_count;
  *to = NULL;
  return SQLITE_OK;
}
static int file_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *from) {
  (void)file, (void)offset, (void)from;
  return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 3,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
    .xFetch = file_fetch,
    .xUnfetch = file_unfetch,
};

/* Whole files. */

int64_t seed_page_check_walk(sqlite3 *connection, int64_t *number, int64_t count) {
  int64_t at = *number;
  *number = 0;
  sqlite3_file *file = NULL;
  int code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK || !file || file->pMethods != &methods) return 0;
  uint32_t size = ((checked_file *)file)->page_size;
  uint8_t *page = size ? malloc(size) : NULL;
  if (!page) return 0;
  int64_t fault = 0;
  for (int64_t end = at + count; at < end && !fault; at++) {
    for (int look = 1;; look++) {
      code = FORWARD(xRead, page, (int)size, (at - 1) * (sqlite3_int64)size);
      if (code == SQLITE_IOERR_SHORT_READ) goto end;
      if (code == SQLITE_OK && holds(page, size, at)) break;
      if (look == LOOK_COUNT_MAX) {
        fault = at;
        break;
      }
      sqlite3_sleep(LOOK_PAUSE);
    }
  }
  *number = at;
end:
  free(page);
  return fault;
}

int seed_page_check_seal(int descriptor) {
  uint8_t *page = malloc(PAGE_SIZE_MAX);
  if (!page) return SQLITE_NOMEM;
  int code = SQLITE_OK;
  bool is_there = pread(descriptor, page, HEADER_BYTE_COUNT, 0) == HEADER_BYTE_COUNT;
  uint32_t size = is_there ? announced_size(page) : 0;
  for (int64_t number = 1; size && code == SQLITE_OK; number++) {
    off_t at = (number - 1) * (off_t)size;
    ssize_t count = pread(descriptor, page, size, at);
    if (count == 0) break;
    if (count != (ssize_t)size) code = SQLITE_IOERR_READ;
    if (code != SQLITE_OK || is_sealed(page, size)) continue;
    seal(page, size, number);
    if (pwrite(descriptor, page, size, at) != (ssize_t)size)
      code = errno == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  free(page);
  return code;
}

/* The VFS. */

static sqlite3_vfs *system_vfs;

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
  (void)vfs;
  /* The write-ahead log has checksums of its own, and what is temporary needs none. */
  if (!(flags & SQLITE_OPEN_MAIN_DB)) return system_vfs->xOpen(system_vfs, name, file, flags, out);
  file->pMethods = NULL;
  int code = system_vfs->xOpen(system_vfs, name, next(file), flags, out);
  if (code != SQLITE_OK) return code;
  checked_file *own = (checked_file *)file;
  own->page_size = 0;
  if (next(file)->pMethods->iVersion < 3) {
    /* None of the system's own; nothing is checked there. */
    FORWARD(xClose);
    return system_vfs->xOpen(system_vfs, name, file, flags, out);
  }
  uint8_t header[HEADER_BYTE_COUNT] = {0};
  code = FORWARD(xRead, header, sizeof header, 0);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) {
    FORWARD(xClose);
    return code;
  }
  own->page_size = announced_size(header);
  own->base.pMethods = &methods;
  return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int syncs) {
  (void)vfs;
  return system_vfs->xDelete(system_vfs, name, syncs);
}
static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
  (void)vfs;
  return system_vfs->xAccess(system_vfs, name, flags, result);
}
static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int byte_count, char *out) {
  (void)vfs;
  return system_vfs->xFullPathname(system_vfs, name, byte_count, out);
}

int seed_page_check_install(void) {
  static sqlite3_vfs own;
  static _Atomic int state;
  int expected = 0;
  /* Once, whoever comes first; who comes second must not open a file before it is there. */
  if (!atomic_compare_exchange_strong(&state, &expected, 1)) {
    while (state == 1) sqlite3_sleep(1);
    return state == 2 ? SQLITE_OK : SQLITE_ERROR;
  }
  system_vfs = sqlite3_vfs_find(NULL);
  int code = SQLITE_ERROR;
  if (system_vfs) {
    own = *system_vfs;
    own.zName = "seed";
    own.pNext = NULL;
    own.szOsFile += (int)sizeof(checked_file);
    own.xOpen = vfs_open;
    own.xDelete = vfs_delete;
    own.xAccess = vfs_access;
    own.xFullPathname = vfs_full_path;
    code = sqlite3_vfs_register(&own, 1);
  }
  state = code == SQLITE_OK ? 2 : 3;
  return code;
}
