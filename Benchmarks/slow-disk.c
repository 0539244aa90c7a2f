/* A disk whose syncs take SLOW_DISK_MS milliseconds (5 if unset) and come one after another, to be
   preloaded. Nothing is written out, so that the machine's own disk doesn't show in a measurement.
   How many there were is kept in the file SLOW_DISK_COUNTS, as one 64-bit number. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;
static atomic_ulong *count;
static struct timespec delay = {0, 5000000};

__attribute__((constructor)) static void start(void) {
  const char *text = getenv("SLOW_DISK_MS");
  if (text) {
    long microseconds = (long)(atof(text) * 1000);
    delay.tv_sec = microseconds / 1000000;
    delay.tv_nsec = microseconds % 1000000 * 1000;
  }
  const char *path = getenv("SLOW_DISK_COUNTS");
  int file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (file < 0 || ftruncate(file, sizeof *count)) return;
  void *map = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (map != MAP_FAILED) count = map;
}

static int wait_for_disk(void) {
  if (count) atomic_fetch_add(count, 1);
  pthread_mutex_lock(&disk);
  clock_nanosleep(CLOCK_MONOTONIC, 0, &delay, NULL);
  pthread_mutex_unlock(&disk);
  return 0;
}

int fsync(int file) { (void)file; return wait_for_disk(); }
int fdatasync(int file) { (void)file; return wait_for_disk(); }
int sync_file_range(int file, off64_t offset, off64_t length, unsigned flags) {
  (void)file, (void)offset, (void)length, (void)flags;
  return wait_for_disk();
}
