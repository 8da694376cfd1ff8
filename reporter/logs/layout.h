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

/* What stands before the message; texts point into the line. */
struct log_head {
	bool has_time, has_level;
	struct log_time time;
	enum level level;
	const char *logger; /* NULL if there is none */
	size_t logger_len;
	size_t len; /* where the message begins; 0 if there is nothing behind the head */
};

/* Tries the layouts in order; false if the line has none of them, *out undefined then. */
bool log_layout_match(const char *line, size_t len, struct log_head *out);

#endif
