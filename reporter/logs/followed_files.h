/*
 * The files one [log] section follows: found by its patterns, known by device, inode and the beginning of
 * their text, never by their name, and kept in the order in which they are to be read through every rotation.
 */
#ifndef REPORTER_LOGS_FOLLOWED_FILES_H
#define REPORTER_LOGS_FOLLOWED_FILES_H

#include "reporter/logs/file_tail.h"
#include "reporter/logs/file_watch.h"
#include "reporter/logs/line.h"
#include "reporter/logs/source.h"
#include "reporter/logs/troubles.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct followed_file {
	struct file_tail tail;
	struct log_line_parser lines;
	char *path;   /* where it was seen last */
	char *origin; /* where it was before rotation */
	char key[SOURCE_KEY_MAX + 1];
	int watch;	 /* file_watch's id */
	bool named;	 /* the patterns name it; else rotation or removal took its name away */
	bool older;	 /* rotation gave it another name that the patterns match too */
	bool unread;	 /* may have something to read */
	int64_t read_ms; /* when it last had, monotonic */
};

/* Who reads the files. */
struct followed_files_owner {
	void *user;
	void (*finish)(void *user, struct followed_file *file); /* gives out a last line without newline */
};

struct followed_files {
	const struct config_log *config;
	const struct source_sink *sink;
	struct file_watch *watch;
	struct followed_files_owner owner;
	struct followed_file **items; /* those with older lines first, the oldest first */
	size_t count;
	struct saved_file *saved; /* positions whose files were not met yet */
	size_t saved_count;
	int64_t opened_ms;	    /* monotonic */
	struct timespec read_until; /* the start, or when the newest file let go was written; wall clock */
	struct troubles troubles;   /* patterns without a file, and files that cannot be read */
};

/* All but the owner must live as long as the object. Loads the saved positions, opens nothing yet. */
void followed_files_open(struct followed_files *files, const struct config_log *config,
			 const struct source_sink *sink, struct file_watch *watch,
			 const struct followed_files_owner *owner);
void followed_files_close(struct followed_files *files); /* frees what it holds, not the struct */

/* Looks at the names again: follows what is new, and what rotation left unread. Everything is unread then. */
void followed_files_update(struct followed_files *files);

/* Whether its lines are older than those of the files with a name, which have to wait for it. */
bool followed_file_is_older(const struct followed_file *file);

/*
 * Starts again with a file whose text was truncated away; if a copy was made of it first (logrotate's
 * copytruncate), its rest is followed too. One without a name is a copy that the next one is written over: it
 * is let go. True if text was truncated: the items are others then, or have another order.
 */
bool followed_files_check(struct followed_files *files, struct followed_file *file);

/* Lets go of files without a name that nobody has written to for long. `now_ms` is monotonic. */
void followed_files_sweep(struct followed_files *files, int64_t now_ms);

#endif
