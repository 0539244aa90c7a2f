/* Counts the calls by which a program changes something outside itself, and lets the n-th one go
 * wrong: the process is killed before it, or the call fails. Loaded through LD_PRELOAD.
 *
 * What counts is what touches files below one folder, or a socket of the internet, and the start of
 * other programs. From its environment, which the program and its children don't see any more:
 *
 *   CRASH_ROOT    the folder
 *   CRASH_AT      the number of the call, from 1; 0 for none
 *   CRASH_MODE    `kill`, `fail` (nothing is done), `kept` (it is done, and an error is returned),
 *                 `short` (half of what was to be written is, and no error), `full` (every call
 *                 that needs room fails while there is a file `full` beside the folder)
 *   CRASH_ERRNO   the error's number
 *   CRASH_COUNTS  a file that gets a line `NUMBER CALL PATH` for each call
 *   CRASH_SEEN    a folder that gets a copy of each checkpoint that is published
 *   CRASH_SYNCED  a folder that follows what a power cut would leave: `f-INODE` is a file as it was
 *                 when it was last synced, `d-INODE` a folder's names then, one `INODE NAME` a line
 *   CRASH_BYTES   text; once the process has read a file with it and noted in the spool what it works
 *                 on, it faults (SIGSEGV) at its next change to the store
 *   CRASH_PAGES   numbers, of which the store's log is said to have one after the other, commit by commit,
 *                 over and over: it is brought into the store's file long before it is large
 *   CRASH_CLOCK   seconds by which the time of day is another
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum verdict { PASS, FAIL, KEPT, SHORT };

/* How far the way to a fault is: the message was read, and its name was noted. */
enum { NONE, READ, NOTED };

static char *root, *mode, *synced, *seen, *bytes, *pages;
static size_t root_length;
static int failure, counts = -1;
static long at, clock_step;
static char full_path[PATH_MAX];
static atomic_long number, seen_count;
static atomic_int fault;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* The kernel's own calls, so that what the shim does is not counted. */
static int raw_open(const char *path, int flags) {
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* What was synced. */

/* Another thread may end the process at any time: a copy is there whole, or as it was before. */
static int draft(const char *path, char *draft_path) {
  snprintf(draft_path, PATH_MAX, "%.4000s.new", path);
  return raw_open(draft_path, O_WRONLY | O_CREAT | O_TRUNC);
}

static void finish(const char *draft_path, const char *path) {
  if (syscall(SYS_rename, draft_path, path) != 0) die();
}

static void copy(int from, const char *path) {
  char buffer[65536], draft_path[PATH_MAX];
  int to = draft(path, draft_path);
  off_t offset = 0;
  ssize_t count;
  while ((count = pread(from, buffer, sizeof buffer, offset)) > 0) {
    if (syscall(SYS_write, to, buffer, count) != count) die();
    offset += count;
  }
  close(to);
  finish(draft_path, path);
}

static void remember(int descriptor) {
  struct stat status;
  if (!synced || fstat(descriptor, &status) != 0) return;
  char path[PATH_MAX], own[64];
  snprintf(own, sizeof own, "/proc/self/fd/%d", descriptor);
  if (S_ISREG(status.st_mode)) {
    snprintf(path, sizeof path, "%s/f-%lu", synced, (unsigned long)status.st_ino);
    /* It may have been opened for writing alone. */
    int file = raw_open(own, O_RDONLY);
    if (file < 0) return;
    copy(file, path);
    close(file);
  } else if (S_ISDIR(status.st_mode)) {
    snprintf(path, sizeof path, "%s/d-%lu", synced, (unsigned long)status.st_ino);
    DIR *folder = opendir(own);
    if (!folder) return;
    char draft_path[PATH_MAX];
    FILE *list = fdopen(draft(path, draft_path), "w");
    for (struct dirent *entry; (entry = readdir(folder));)
      if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
        fprintf(list, "%lu %s\n", (unsigned long)entry->d_ino, entry->d_name);
    closedir(folder);
    fclose(list);
    finish(draft_path, path);
  }
}

static void remember_all(const char *path) {
  int descriptor = raw_open(path, O_RDONLY | O_NOFOLLOW);
  if (descriptor < 0) return;
  remember(descriptor);
  close(descriptor);
  DIR *folder = opendir(path);
  if (!folder) return;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    char child[PATH_MAX];
    snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
    remember_all(child);
  }
  closedir(folder);
}

/* An inode's number must not be given away again while the process lives. */
static void hold(const char *path) {
  if (synced) raw_open(path, O_PATH | O_NOFOLLOW);
}

/* What others may have read. */
static void publish(const char *path) {
  static const char name[] = "/log/checkpoint";
  size_t length = strlen(path);
  if (!seen || length < sizeof name || strcmp(path + length - (sizeof name - 1), name)) return;
  char to[PATH_MAX];
  int file = raw_open(path, O_RDONLY);
  if (file < 0) return;
  snprintf(to, sizeof to, "%s/%ld", seen, ++seen_count);
  copy(file, to);
  close(file);
}

/* Counting. */

static char *take(const char *name) {
  char *value = getenv(name);
  value = value ? strdup(value) : NULL;
  unsetenv(name);
  return value;
}

__attribute__((constructor)) static void begin(void) {
  unsetenv("LD_PRELOAD");
  root = take("CRASH_ROOT");
  mode = take("CRASH_MODE");
  synced = take("CRASH_SYNCED");
  seen = take("CRASH_SEEN");
  bytes = take("CRASH_BYTES");
  pages = take("CRASH_PAGES");
  char *text = take("CRASH_AT");
  at = text ? atol(text) : 0;
  text = take("CRASH_ERRNO");
  failure = text ? atoi(text) : EIO;
  text = take("CRASH_CLOCK");
  clock_step = text ? atol(text) : 0;
  text = take("CRASH_COUNTS");
  if (text) counts = raw_open(text, O_WRONLY | O_CREAT | O_APPEND);
  if (!root || !mode) root = NULL;
  if (!root) return;
  root_length = strlen(root);
  snprintf(full_path, sizeof full_path, "%.4000s/../full", root);
  if (synced) remember_all(root);
}

static int needs_room(const char *call) {
  return strstr(call, "write") || strstr(call, "open") || strstr(call, "mkdir") ||
         strstr(call, "link") == call || strstr(call, "rename") || strstr(call, "fallocate");
}

static enum verdict step(const char *call, const char *path) {
  if (strstr(path, "/quarantine/")) fault = NONE;
  if (fault == NOTED && strstr(path, "/seed.db")) raise(SIGSEGV);
  long own = ++number;
  if (counts >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%ld %s %s\n", own, call, path);
    syscall(SYS_write, counts, line, length);
  }
  if (!strcmp(mode, "full"))
    return needs_room(call) && strncmp(path, "socket:", 7) && access(full_path, F_OK) == 0 ? FAIL
                                                                                          : PASS;
  if (own != at) return PASS;
  if (!strcmp(mode, "kill")) die();
  if (!strcmp(mode, "fail")) return FAIL;
  if (!strcmp(mode, "kept")) return KEPT;
  return SHORT;
}

static int is_below(const char *path) {
  return root && !strncmp(path, root, root_length) &&
         (path[root_length] == '/' || path[root_length] == 0);
}

/* Where a descriptor leads, when it counts. */
static int leads(int descriptor, char *path) {
  if (!root) return 0;
  char own[64];
  snprintf(own, sizeof own, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(own, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (is_below(path)) return 1;
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  return !strncmp(path, "socket:", 7) &&
         getsockname(descriptor, (struct sockaddr *)&address, &size) == 0 &&
         (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

/* Where a name in a folder leads, when it counts. */
static int leads_at(int folder, const char *name, char *path) {
  if (!root) return 0;
  if (name[0] == '/' || folder == AT_FDCWD) {
    snprintf(path, PATH_MAX, "%s", name);
    return is_below(path);
  }
  char parent[PATH_MAX];
  if (!leads(folder, parent)) return 0;
  snprintf(path, PATH_MAX, "%.2000s/%.2000s", parent, name);
  return 1;
}

/* A call with a result of -1 for errors. `then` is done when it went well. */
#define COUNTED(counts, call, path, action, then)               \
  do {                                                          \
    enum verdict verdict = (counts) ? step(call, path) : PASS;  \
    if (verdict == FAIL || verdict == SHORT) {                  \
      errno = failure;                                          \
      return -1;                                                \
    }                                                           \
    pthread_mutex_t *held = (counts) && synced ? &lock : NULL;  \
    if (held) pthread_mutex_lock(held);                         \
    __typeof__(action) result = (action);                       \
    int error = errno;                                          \
    if ((counts) && result != -1) { then; }                     \
    if (held) pthread_mutex_unlock(held);                       \
    errno = error;                                              \
    if (verdict == KEPT) {                                      \
      errno = failure;                                          \
      return -1;                                                \
    }                                                           \
    return result;                                              \
  } while (0)

/* The same for calls that may write less than they were asked to. */
#define WRITTEN(call, descriptor, whole, half)                  \
  do {                                                          \
    char path[PATH_MAX];                                        \
    if (!leads(descriptor, path)) return whole;                 \
    switch (step(call, path)) {                                 \
    case PASS: return whole;                                    \
    case SHORT: return half;                                    \
    case KEPT: (void)!(whole); /* fall through */               \
    case FAIL: break;                                           \
    }                                                           \
    /* A connection on which sending fails is of no more use. */ \
    if (failure != EINTR && !strncmp(path, "socket:", 7)) shutdown(descriptor, SHUT_RDWR); \
    errno = failure;                                            \
    return -1;                                                  \
  } while (0)

/* Writing. */

ssize_t write(int file, const void *from, size_t size) {
  __typeof__(&write) next = REAL(write);
  WRITTEN("write", file, next(file, from, size), next(file, from, (size + 1) / 2));
}

static ssize_t pwrite_counted(int file, const void *from, size_t size, off_t offset) {
  __typeof__(&pwrite) next = REAL(pwrite);
  WRITTEN("pwrite", file, next(file, from, size, offset), next(file, from, (size + 1) / 2, offset));
}

ssize_t pwrite(int file, const void *from, size_t size, off_t offset) {
  ssize_t count = pwrite_counted(file, from, size, offset);
  /* The name of what is worked on can be read by the next process now. */
  char path[PATH_MAX];
  if (count > 0 && fault == READ && leads(file, path) && strstr(path, "/spool/work-")) fault = NOTED;
  return count;
}

ssize_t pwrite64(int file, const void *from, size_t size, off64_t offset) {
  __typeof__(&pwrite64) next = REAL(pwrite64);
  WRITTEN("pwrite", file, next(file, from, size, offset), next(file, from, (size + 1) / 2, offset));
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  __typeof__(&writev) next = REAL(writev);
  WRITTEN("writev", file, next(file, parts, count), next(file, parts, (count + 1) / 2));
}

ssize_t send(int socket, const void *from, size_t size, int flags) {
  __typeof__(&send) next = REAL(send);
  WRITTEN("send", socket, next(socket, from, size, flags),
          next(socket, from, (size + 1) / 2, flags));
}

ssize_t sendto(int socket, const void *from, size_t size, int flags, const struct sockaddr *to,
               socklen_t length) {
  __typeof__(&sendto) next = REAL(sendto);
  WRITTEN("sendto", socket, next(socket, from, size, flags, to, length),
          next(socket, from, (size + 1) / 2, flags, to, length));
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
  __typeof__(&sendmsg) next = REAL(sendmsg);
  WRITTEN("sendmsg", socket, next(socket, message, flags), next(socket, message, flags));
}

int ftruncate(int file, off_t size) {
  char path[PATH_MAX];
  COUNTED(leads(file, path), "ftruncate", path, REAL(ftruncate)(file, size), );
}

int ftruncate64(int file, off64_t size) {
  char path[PATH_MAX];
  COUNTED(leads(file, path), "ftruncate", path, REAL(ftruncate64)(file, size), );
}

/* Syncing. */

int fsync(int file) {
  char path[PATH_MAX];
  COUNTED(leads(file, path), "fsync", path, REAL(fsync)(file), remember(file));
}

int fdatasync(int file) {
  char path[PATH_MAX];
  COUNTED(leads(file, path), "fdatasync", path, REAL(fdatasync)(file), remember(file));
}

/* Names. */

static int open_counted(const char *call, int folder, const char *name, int flags, mode_t bits) {
  char path[PATH_MAX];
  int creates = (flags & O_CREAT) && leads_at(folder, name, path) && access(path, F_OK) != 0;
  int opened = (flags & O_TRUNC) && !creates && leads_at(folder, name, path);
  COUNTED(creates || opened, call, path,
          (int)syscall(SYS_openat, folder, name, flags | O_LARGEFILE, bits), );
}

#define BITS                                   \
  mode_t bits = 0;                             \
  if (flags & (O_CREAT | __O_TMPFILE)) {       \
    va_list rest;                              \
    va_start(rest, flags);                     \
    bits = va_arg(rest, mode_t);               \
    va_end(rest);                              \
  }

int open(const char *path, int flags, ...) {
  BITS return open_counted("open", AT_FDCWD, path, flags, bits);
}

int open64(const char *path, int flags, ...) {
  BITS return open_counted("open", AT_FDCWD, path, flags, bits);
}

int openat(int folder, const char *path, int flags, ...) {
  BITS return open_counted("openat", folder, path, flags, bits);
}

int openat64(int folder, const char *path, int flags, ...) {
  BITS return open_counted("openat", folder, path, flags, bits);
}

int rename(const char *from, const char *to) {
  char path[PATH_MAX];
  int counts = leads_at(AT_FDCWD, to, path);
  if (counts) hold(to);
  COUNTED(counts, "rename", path, REAL(rename)(from, to), publish(to));
}

int link(const char *from, const char *to) {
  char path[PATH_MAX];
  COUNTED(leads_at(AT_FDCWD, to, path), "link", path, REAL(link)(from, to), );
}

int unlink(const char *name) {
  char path[PATH_MAX];
  int counts = leads_at(AT_FDCWD, name, path);
  if (counts) hold(path);
  COUNTED(counts, "unlink", path, REAL(unlink)(name), );
}

int unlinkat(int folder, const char *name, int flags) {
  char path[PATH_MAX];
  int counts = leads_at(folder, name, path);
  if (counts) hold(path);
  COUNTED(counts, "unlinkat", path, REAL(unlinkat)(folder, name, flags), );
}

int mkdir(const char *name, mode_t bits) {
  char path[PATH_MAX];
  COUNTED(leads_at(AT_FDCWD, name, path), "mkdir", path, REAL(mkdir)(name, bits), );
}

int rmdir(const char *name) {
  char path[PATH_MAX];
  int counts = leads_at(AT_FDCWD, name, path);
  if (counts) hold(path);
  COUNTED(counts, "rmdir", path, REAL(rmdir)(name), );
}

/* These return the error's number. */

int posix_fallocate(int file, off_t offset, off_t size) {
  char path[PATH_MAX];
  if (leads(file, path) && step("fallocate", path) != PASS) return failure;
  return REAL(posix_fallocate)(file, offset, size);
}

int posix_fallocate64(int file, off64_t offset, off64_t size) {
  char path[PATH_MAX];
  if (leads(file, path) && step("fallocate", path) != PASS) return failure;
  return REAL(posix_fallocate64)(file, offset, size);
}

int posix_spawn(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const environment[]) {
  enum verdict verdict = root ? step("posix_spawn", path) : PASS;
  if (verdict == FAIL || verdict == SHORT) return failure;
  int status = REAL(posix_spawn)(child, path, actions, attributes, arguments, environment);
  /* A program that was started can't be said not to have been. */
  return status;
}

/* A message that ends the process. */

ssize_t read(int file, void *into, size_t size) {
  ssize_t count = REAL(read)(file, into, size);
  if (bytes && count > 0 && memmem(into, count, bytes, strlen(bytes))) {
    char path[PATH_MAX];
    if (leads(file, path)) fault = READ;
  }
  return count;
}

/* The store's log. */

typedef int wal_hook(void *context, void *connection, const char *name, int page_count);

struct hook {
  wal_hook *function;
  void *context;
  char *next;
};

static int hooked(void *context, void *connection, const char *name, int page_count) {
  struct hook *hook = context;
  const char *(*filename)(void *, const char *) = real("sqlite3_db_filename");
  const char *path = filename ? filename(connection, name) : NULL;
  if (root && path && is_below(path) && strstr(path, "/seed.db")) {
    if (!*hook->next) hook->next = pages;
    page_count = (int)strtol(hook->next, &hook->next, 10);
  }
  return hook->function(hook->context, connection, name, page_count);
}

void *sqlite3_wal_hook(void *connection, wal_hook *function, void *context) {
  void *(*next)(void *, wal_hook *, void *) = real("sqlite3_wal_hook");
  if (!pages || !function) return next(connection, function, context);
  struct hook *hook = malloc(sizeof *hook);
  *hook = (struct hook){function, context, pages};
  return next(connection, hooked, hook);
}

/* The time of day. */

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += clock_step;
  return result;
}
