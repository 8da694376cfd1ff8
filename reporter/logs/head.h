/*
 * The level of a plain line whose layout nobody wrote down: it stands among the times, names, numbers and
 * brackets that lines begin with, before the first words of prose.
 */
#ifndef REPORTER_LOGS_HEAD_H
#define REPORTER_LOGS_HEAD_H

#include "common/level.h"
#include "reporter/logs/timestamp.h"

#include <stdbool.h>
#include <stddef.h>

struct head {
	enum level level;
	bool has_time;
	struct timestamp time;
	size_t message; /* where the message begins: behind the level if only a time stands before it */
};

/*
 * False, and *out undefined, if no level stands there. `is_rest`: a time or a name stood before the text,
 * which is the rest of a line.
 */
bool head_find(const char *line, size_t len, bool is_rest, struct head *out);

#endif
