/*
 * The files that one [log] section follows: each with its state, in the order in which they are to be read.
 * Which files these are, and where reading begins, is decided in rotation.
 */
#ifndef REPORTER_LOGS_FOLLOWED_FILES_H
#define REPORTER_LOGS_FOLLOWED_FILES_H

#include "reporter/logs/file_find.h"
#include "reporter/logs/file_tail.h"
#include "reporter/logs/file_watch.h"
#include "reporter/logs/line.h"
#include "reporter/logs/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define FOLLOWED_FILES_MAX 500 /* of one section; well below the usual limit of 1024 descriptors */

enum followed_state {
	FOLLOWED_NEW,	   /* a pattern names it; it is not read before rotation_check has seen whether it is
			      the copy of another file */
	FOLLOWED_LIVE,	   /* a pattern names it, by the name it was found by */
	FOLLOWED_RENAMED,  /* rotation gave it a name that a pattern matches too, or it is a copy with such a
			      name */
	FOLLOWED_NAMELESS, /* no pattern names it: rotated away, removed, or a copy of a truncated file */
	FOLLOWED_STATE_COUNT
};

struct followed_file {
	enum followed_state state; /* changed by followed_file_move alone */
	struct file_tail tail;
	struct line_parser parser;
	char *path;   /* where it was seen last */
	char *origin; /* the path it had before rotation */
	char key[SOURCE_KEY_MAX + 1];
	int watch_id;		  /* of file_watch */
	struct file_position cut; /* how far the text was read that was truncated away last; offset 0: none */
	struct timespec cut_at;	  /* when that was noticed */
	bool unread;		  /* there may be something to read */
	int64_t read_ms;	  /* when there was something last, monotonic */
};

/* A position from before the start whose file was not met yet. Its key says the file's device and inode. */
struct saved_file {
	char key[SOURCE_KEY_MAX + 1];
	uintmax_t device, inode;
	struct file_position position;
};

/* The reader of the files. */
struct followed_files_owner {
	void *user;
	void (*finish)(void *user, struct followed_file *file); /* gives out a last line without newline */
};

struct followed_files {
	const struct config_log *config;
	const struct source_sink *sink;
	struct file_watch *watch;
	struct followed_files_owner owner;
	struct followed_file **items; /* those that are not live first; otherwise as they were found */
	size_t count;
	struct saved_file *saved; /* in no order */
	size_t saved_count;
	size_t left_out;	   /* files that the patterns name and that are too many to be followed */
	struct buf left_out_names; /* the first of them, each with a blank before it */
	int64_t opened_ms;	   /* monotonic */

	/* No rotated file that was last written to before this is read: it is the start or, if that is later,
	 * the last write to a file that was let go (wall clock). */
	struct timespec read_until;
};

/* All but the owner must live as long as the object. Loads the saved positions, opens nothing yet. */
void followed_files_open(struct followed_files *files, const struct config_log *config,
			 const struct source_sink *sink, struct file_watch *watch,
			 const struct followed_files_owner *owner);

/* Gives out the last line of a file that nobody will find again. Frees what it holds, not the struct. */
void followed_files_close(struct followed_files *files);

/* Follows an open file, whose tail is taken over, as the last one. It has to be read, and sorted in. */
struct followed_file *followed_files_add(struct followed_files *files, const struct file_tail *tail,
					 const struct found_file *found, enum followed_state state);

/* The followed file that was found, whatever its name is; NULL if it is not followed. */
struct followed_file *followed_files_find(const struct followed_files *files, const struct found_file *found);

/*
 * Stops following: closes the file, forgets its position and frees `file`. What it held counts as read, so
 * rotation does not take it for a file that was missed.
 */
void followed_files_let_go(struct followed_files *files, struct followed_file *file);

/* Brings those that are not live to the front. */
void followed_files_sort(struct followed_files *files);

/* Lets go of files without a name that nobody has written to for long. `now_ms` is monotonic. */
void followed_files_sweep(struct followed_files *files, int64_t now_ms);

/* Whether the name by which it was found is still its own. */
bool followed_file_is_live(const struct followed_file *file);

/* Notes that the text behind which `position` stands was truncated away just now. */
void followed_file_note_cut(struct followed_file *file, const struct file_position *position);

/* Changes the file's state. The move must be a legal one; to stay as it is always is. */
void followed_file_move(struct followed_file *file, enum followed_state next);

/* Whether the time `a` is before `b`. */
bool followed_is_older(struct timespec a, struct timespec b);

#endif
