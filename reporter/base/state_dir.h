/*
 * The reporter's own small files in `state_dir`: only its user can read them, and each is replaced whole or
 * not at all. What is in them is their owners' concern: the scheduler's totals, the commands' ledger, the
 * spool's head.
 */
#ifndef REPORTER_BASE_STATE_DIR_H
#define REPORTER_BASE_STATE_DIR_H

#include "common/buf.h"
#include "common/err.h"
#include "common/id.h"

/* Makes the directory (mode 0700) if it is missing, but not those above it. ERR_SYSTEM if it cannot be made,
 * or if nothing can be written in it. */
enum err state_dir_make(const char *dir, struct reason *why) MUST_CHECK;

/*
 * Makes the directory as above and locks it for this process. The lock lasts until the caller closes *lock, a
 * descriptor. ERR_SYSTEM if the directory cannot be used; ERR_CONFLICT if another reporter uses it, `why`
 * then names the lock's file.
 */
enum err state_dir_open(const char *dir, int *lock, struct reason *why) MUST_CHECK;

/* Appends the path of the file `name` in the directory. */
void state_dir_path(const char *dir, const char *name, struct buf *out);

/* No file of ours ever becomes as large, so a larger one is not ours. */
#define STATE_FILE_MAX (16 * 1024 * 1024)

/*
 * Appends the file's contents, or nothing on failure. ERR_NOT_FOUND if there is no such file; ERR_TOO_LARGE
 * if it is larger than STATE_FILE_MAX and ERR_SYSTEM if it cannot be read, both of which are logged.
 */
enum err state_dir_read(const char *dir, const char *name, struct buf *out) MUST_CHECK;

/*
 * Replaces the file's contents, or makes it. After a crash at any moment, the machine's included, the file
 * holds the old contents or the new ones. ERR_SYSTEM, logged: the old ones stay.
 */
enum err state_dir_write(const char *dir, const char *name, const char *text, size_t len) MUST_CHECK;

/* The random name by which the coordinator tells this installation from another with the same token. It is
 * made at the first call and kept in the directory. Fails as state_dir_read and state_dir_write do. */
enum err state_dir_instance(const char *dir, char out[ID_RANDOM_SIZE]) MUST_CHECK;

#endif
