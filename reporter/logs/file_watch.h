/*
 * Notices when files appear, vanish or are renamed under path patterns, and when followed files are written
 * to: inotify, and nothing else. What is done then is the owner's business.
 */
#ifndef REPORTER_LOGS_FILE_WATCH_H
#define REPORTER_LOGS_FILE_WATCH_H

#include "reporter/base/loop.h"
#include "reporter/config/config.h"

struct file_watch;

struct file_watch_events {
	void *user;
	void (*written)(void *user, int id); /* of file_watch_add */
	/* After all that happened so far was told: `names` if files may have come, gone or got other names.
	 */
	void (*turn)(void *user, bool names);
};

/* `patterns` must live as long as the watch. Never fails: without inotify nothing is ever noticed, which is
 * logged. */
struct file_watch *file_watch_new(struct loop *loop, const struct config_list *patterns,
				  const struct file_watch_events *events);
void file_watch_free(struct file_watch *watch); /* NULL is nothing */

/*
 * Watches the directories in which the patterns' files are, or would be: a pattern's own directory wherever
 * it exists, and above it each directory in which one that is missing or matched by a wildcard would be made.
 * Called again whenever names have changed.
 */
void file_watch_directories(struct file_watch *watch);

/* Watches an open file whatever its name becomes; -1 if that is impossible. */
int file_watch_add(struct file_watch *watch, int fd);
void file_watch_remove(struct file_watch *watch, int id); /* -1 is nothing */

#endif
