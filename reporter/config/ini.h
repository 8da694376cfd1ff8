/*
 * INI files, line by line: what a line is, never what it means. The handler's functions see each section and
 * each pair in the file's order. They refuse with a sentence, and here that gets the file's name and the
 * line's number in front.
 *
 * SAMPLE
 *     [service nginx]                     ; a comment follows a blank, but not within quotes
 *     # this whole line is a comment, as with a `;`
 *     description = Web server #1
 *     start = /bin/sh -c "true ; false"
 */
#ifndef REPORTER_CONFIG_INI_H
#define REPORTER_CONFIG_INI_H

#include "common/err.h"

/* What is refused ends the reading: no other function is called then. */
struct ini_handler {
	/* A section begins; `name` is "" for `[kind]`. */
	enum err (*section)(void *user, const char *kind, const char *name, struct reason *why);
	/* A pair of the section that began last, with the number of its line. The value has no blanks at its
	 * ends and may be empty. */
	enum err (*pair)(void *user, const char *key, const char *value, int line, struct reason *why);
	/* The section is complete. A refusal names the line where it begins, unless *line is set to another.
	 */
	enum err (*end)(void *user, int *line, struct reason *why);
};

/* ERR_SYSTEM if the file cannot be read, ERR_MALFORMED if a line is none, or what the handler returned. `why`
 * begins with the file's name, and with the line's number if it is about a line. */
enum err ini_read(const char *path, const struct ini_handler *handler, void *user,
		  struct reason *why) MUST_CHECK;

#endif
