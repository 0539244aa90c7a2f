/* Checksums for the pages of SQLite files.
 *
 * A file whose header reserves 8 bytes in each page (byte 20) gets a checksum there with each page
 * that is written, and a page with a wrong one can't be read: SQLite returns SQLITE_IOERR_DATA. A
 * page with zeros in their place was written by another program, and isn't checked: whoever opens
 * the file with SQLite alone may so bring over what still is in the write-ahead log. Files that
 * reserve nothing are read and written as ever. */
#ifndef PAGE_CHECK_H
#define PAGE_CHECK_H

#include <stdint.h>

struct sqlite3;

/* The bytes that a page reserves. */
enum { SEED_PAGE_CHECK_BYTE_COUNT = 8 };

/* Makes files that are opened from now on use checksums; returns SQLite's result code. */
int seed_page_check_install(void);

/* The number of the page, from 1, whose checksum was found to be wrong last; 0 for none. */
int64_t seed_page_check_fault(void);

/* Looks at the pages of a connection's file, from `*number` on and at most `count`. Returns the first
 * one that doesn't have its checksum, else 0; `*number` is then the one behind the last that was
 * looked at, or 0 at the file's end.
 *
 * It reads through the connection: to open the file again, and to close it, would take away the
 * connection's locks. */
int64_t seed_page_check_walk(struct sqlite3 *connection, int64_t *number, int64_t count);

/* Writes the checksums of a file that is open for reading and writing, and that nobody else uses;
 * returns SQLite's result code. */
int seed_page_check_seal(int descriptor);

#endif
