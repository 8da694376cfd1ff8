/*
 * Crashes and stack traces: which lines begin one, and which belong to the line before them. Knows nothing of
 * times and loggers.
 */
#ifndef REPORTER_LOGS_TRACE_H
#define REPORTER_LOGS_TRACE_H

#include "common/level.h"

#include <stdbool.h>
#include <stddef.h>

/* What the next line without a level and time of its own belongs to. */
enum trace_state {
	TRACE_NONE,	/* to nothing: it is an entry of its own */
	TRACE_OPEN,	/* to the line before, if it is indented or one of a trace's unindented lines */
	TRACE_ONE_MORE, /* the same, and an unindented line with the exception's message is still to come */
};

/* What a line is that begins with no layout. */
struct trace_start {
	enum level level;
	enum trace_state next; /* what follows it */
	bool may_belong;       /* it follows a logger's line as well as standing alone: Python's traceback */
};

/* Whether the line is one that a runtime, a shell or a tool writes when something fails. */
bool trace_begins(const char *line, size_t len, struct trace_start *out);

/* The same of a line that begins with the name of an error or a warning, `TypeError: x`: a trace's may, too.
 */
bool trace_is_named_error(const char *line, size_t len, enum level *level);

/* Whether the line continues the trace that is in this state; *state is what may come after it. */
bool trace_continues(enum trace_state *state, const char *line, size_t len);

#endif
