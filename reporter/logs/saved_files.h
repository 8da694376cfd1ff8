/*
 * Positions from before the start whose files were not met again yet. A file is known by its device, its
 * inode and the text before the position, never by its name.
 */
#ifndef REPORTER_LOGS_SAVED_FILES_H
#define REPORTER_LOGS_SAVED_FILES_H

#include "reporter/logs/file_tail.h"
#include "reporter/logs/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct saved_file {
	char key[SOURCE_KEY_MAX + 1];
	uintmax_t device, inode;
	struct file_position position;
};

/* A zeroed struct is empty. */
struct saved_files {
	struct saved_file *items;
	size_t count;
};

/* The key of an open file: what its positions are saved under. */
void saved_file_key(const struct file_tail *tail, char out[SOURCE_KEY_MAX + 1]);

/* Loads what the sink has saved; a key or a position that is none of ours is passed over. */
void saved_files_load(struct saved_files *saved, const struct source_sink *sink);
void saved_files_free(struct saved_files *saved); /* what it holds, not the struct */

/*
 * Whether the position may be the open file's. Devices may get other numbers when a machine or a container
 * starts again; the inode and the digest of a whole head are enough then.
 */
bool saved_file_may_be(const struct saved_file *saved, const struct file_tail *tail);

/* Drops one: its file was met, or will not be. The last takes its place. */
void saved_files_drop(struct saved_files *saved, size_t index);

#endif
