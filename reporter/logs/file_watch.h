/*
 * Notices, by inotify, when files appear, vanish or are renamed under path patterns, and when followed files
 * are written to. What is done then is the owner's business.
 */
#ifndef REPORTER_LOGS_FILE_WATCH_H
#define REPORTER_LOGS_FILE_WATCH_H

#include "reporter/base/loop.h"
#include "reporter/config/config.h"

struct file_watch;

struct file_watch_events {
	void *user;

	/* The file with this id (of file_watch_add) was written to. */
	void (*written)(void *user, int id);

	/*
	 * Everything that has happened so far was told. `names`: files may have come, gone or got other
	 * names. It is true too when the kernel dropped events, and then `written` may be missing.
	 */
	void (*turn)(void *user, bool names);
};

/*
 * `patterns` must live as long as the watch. It never fails: without inotify, which is logged, nothing is
 * ever noticed. Nothing is watched before the calls below.
 */
struct file_watch *file_watch_new(struct loop *loop, const struct config_list *patterns,
				  const struct file_watch_events *events);
void file_watch_free(struct file_watch *watch); /* NULL is nothing */

/*
 * Watches the directories in which the patterns' files are, or would be made: a pattern's own directory
 * wherever it exists, and above it each directory in which a directory that is missing, or that a wildcard
 * stands for, would be made. Called again whenever names have changed.
 */
void file_watch_directories(struct file_watch *watch);

/* Watches an open file, whatever its name becomes. Returns its id; -1, logged once, if it cannot be. */
int file_watch_add(struct file_watch *watch, int fd);
void file_watch_remove(struct file_watch *watch, int id); /* -1 is nothing */

#endif
