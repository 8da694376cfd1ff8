/*
 * INI files, line by line: what a line is, never what it means. The handler's functions see each section and
 * each pair; what they refuse is given the file's name and the line's number here.
 *
 * SAMPLE
 *     [service nginx]                     ; a comment follows a blank, but not within quotes
 *     # this line is one, as with a `;`
 *     description = Web server #1
 *     start = /bin/sh -c "true ; false"
 */
#ifndef REPORTER_CONFIG_INI_H
#define REPORTER_CONFIG_INI_H

#include "common/err.h"

struct ini_handler {
	/* A section begins; `name` is "" for `[kind]`. */
	enum err (*section)(void *user, const char *kind, const char *name, struct reason *why);
	/* A pair of the section that began last; the value has no blanks at its ends and may be empty. `line`
	 * is its number. */
	enum err (*pair)(void *user, const char *key, const char *value, int line, struct reason *why);
	/* The section is complete. To name a line of it instead of its first, set *line. */
	enum err (*end)(void *user, int *line, struct reason *why);
};

/* ERR_SYSTEM (cannot be read) or whatever was refused; `why` begins with the file and the line. */
enum err ini_read(const char *path, const struct ini_handler *handler, void *user,
		  struct reason *why) MUST_CHECK;

#endif
