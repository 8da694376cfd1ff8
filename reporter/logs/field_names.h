/* The names that libraries give to the members of a log line. */
#ifndef REPORTER_LOGS_FIELD_NAMES_H
#define REPORTER_LOGS_FIELD_NAMES_H

#include <stdbool.h>
#include <stddef.h>

enum entry_field {
	FIELD_TIME,
	FIELD_NANOSECONDS, /* of the second that another member says */
	FIELD_LEVEL,
	FIELD_SEVERITY_NUMBER, /* a level on OpenTelemetry's scale */
	FIELD_SEVERITY_LEVEL,  /* a level on Application Insights' scale */
	FIELD_LOGGER,
	FIELD_MESSAGE,
	FIELD_MODULE,
	FIELD_FUNCTION,
	FIELD_LINE,
	FIELD_COUNT
};

#define FIELD_NAME_SIZE 33   /* of a name as it is compared, its NUL included; a longer one is not known */
#define FIELD_RANKS	1000 /* every rank is less */

/*
 * Adds a member's name to those of the objects that it is in, in the form in which names are compared:
 * without case, `_`, `-`, `.` and blanks. False if it has become too long.
 */
bool field_name_add(char path[FIELD_NAME_SIZE], const char *name, size_t len);

/* The field that a member of this path is for, and its rank among them: the least is best. FIELD_COUNT: none.
 */
enum entry_field field_name_find(const char *path, size_t *rank);

/* Whether a member of this name holds a time or a level, which no logger leaves out. */
bool field_name_is_sign(const char *name);

/* Whether an object's own member of this name is of no use to somebody who reads the log of a node. */
bool field_name_is_ignored(const char *name);

#endif
