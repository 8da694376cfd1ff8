/*
 * Log files under path patterns, and the files that rotation made of them, which have a dot or a dash and a
 * number behind the name.
 */
#ifndef REPORTER_LOGS_FILE_FIND_H
#define REPORTER_LOGS_FILE_FIND_H

#include "reporter/config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct found_file {
	char *path;
	char *origin; /* the path it had before rotation; the same as `path` if it was not rotated */
	struct stat stat;
};

/* A zeroed struct is empty. */
struct found_files {
	struct found_file *items;
	size_t count;
};

/*
 * Appends the files that the pattern names, in the order of glob(3). A file that cannot be looked at is left
 * out. False if the pattern names none.
 */
bool file_find(struct found_files *out, const char *pattern);

/*
 * Appends the files that rotation may have made of the patterns' files (app.log.1, app.log-20251117), and
 * sorts all of *out, the one that was written to longest ago first. Compressed files are left out: they
 * cannot be read on from a position.
 */
void file_find_rotated(struct found_files *out, const struct config_list *patterns);

/* Frees what it holds and leaves it empty. */
void found_files_free(struct found_files *files);

#endif
