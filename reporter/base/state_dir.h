/* The reporter's own small files under state_dir: made private, replaced whole or not at all. */
#ifndef REPORTER_BASE_STATE_DIR_H
#define REPORTER_BASE_STATE_DIR_H

#include "common/buf.h"
#include "common/err.h"
#include "common/id.h"

/* Makes the directory (mode 0700) if it is missing. ERR_SYSTEM if it cannot be made or written in. */
enum err state_dir_make(const char *dir, struct reason *why) MUST_CHECK;

/*
 * Makes the directory as above and locks it; the lock lasts until *lock, a descriptor, is
 * closed. ERR_SYSTEM if it cannot be used, ERR_CONFLICT if another reporter does; the sentence names it.
 */
enum err state_dir_open(const char *dir, int *lock, struct reason *why) MUST_CHECK;

/* Appends the path of `name` in the directory. */
void state_dir_path(const char *dir, const char *name, struct buf *out);

/* No file of ours ever becomes as large. */
#define STATE_FILE_MAX (16 * 1024 * 1024)

/*
 * Appends the file's contents, all of them or nothing. ERR_NOT_FOUND if there is none; ERR_TOO_LARGE if it is
 * larger than STATE_FILE_MAX, ERR_SYSTEM if it cannot be read: both are logged.
 */
enum err state_dir_read(const char *dir, const char *name, struct buf *out) MUST_CHECK;

/* Replaces the file; after a crash it is the old or the new one. */
enum err state_dir_write(const char *dir, const char *name, const char *text, size_t len) MUST_CHECK;

/* The name of this installation for the coordinator: random, made once. */
enum err state_dir_instance(const char *dir, char out[ID_RANDOM_SIZE]) MUST_CHECK;

#endif
