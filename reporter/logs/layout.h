/*
 * The layouts in which common loggers write plain lines: where a line's time, level and logger stand before
 * its message.
 */
#ifndef REPORTER_LOGS_LAYOUT_H
#define REPORTER_LOGS_LAYOUT_H

#include "common/entry.h"
#include "reporter/logs/timestamp.h"

#include <stdbool.h>
#include <stddef.h>

/* What stands before a line's message. */
struct line_prefix {
	bool has_time, has_level;
	struct timestamp time;
	enum level level;
	const char *logger; /* points into the line, without a NUL; NULL if there is none */
	size_t logger_len;
	size_t len;    /* where the message begins; 0 if the whole line is the message */
	bool is_whole; /* it is, because what stands before it says more than time, level and logger */
};

/*
 * Tries the layouts in order, and then looks for a level among the first tokens (head.h). False, and *out
 * undefined, if the line has none of them. `is_rest`: it is what stood behind another prefix.
 */
bool layout_match(const char *line, size_t len, bool is_rest, struct line_prefix *out);

#endif
