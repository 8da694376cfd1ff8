/* Files under path patterns, and what rotation made of them: names with a dot or a dash and a number behind.
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

struct found_files {
	struct found_file *items;
	size_t count;
};

/* Those the pattern names, as glob(3) sorts them; false if there are none. What cannot be looked at is left
 * out. */
bool file_find(struct found_files *out, const char *pattern);

/*
 * Those that rotation may have made of the patterns' files (app.log.1, app.log-20251117), the longest
 * untouched first. Compressed ones are left out: they cannot be read on from a position.
 */
void file_find_rotated(struct found_files *out, const struct config_list *patterns);

void found_files_free(struct found_files *files); /* what it holds, not the struct */

#endif
