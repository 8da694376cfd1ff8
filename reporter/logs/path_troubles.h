/* What is wrong with the paths and patterns of one section of log files, said in the reporter's list of
 * troubles. */
#ifndef REPORTER_LOGS_PATH_TROUBLES_H
#define REPORTER_LOGS_PATH_TROUBLES_H

#include "reporter/logs/followed_files.h"

#include <stdbool.h>

#define PATH_TROUBLES_NAMED 3 /* of the files that are left out, so many are named */

/* The path, or the pattern, has this trouble; it is logged when it is new. */
void path_troubles_begin(struct followed_files *files, const char *path, const char *error);

/* The path has this trouble no more or, with `error` NULL, none. True if it had. */
bool path_troubles_end(struct followed_files *files, const char *path, const char *error);

/* Ends the troubles of files that are gone. */
void path_troubles_keep(struct followed_files *files);

/* Says which files are not followed because there are too many, or that there are none such any more. */
void path_troubles_left_out(struct followed_files *files);

#endif
