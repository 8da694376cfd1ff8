/*
 * The times log files begin their lines with, in the forms the common loggers write. Whether a line has a
 * time, and what stands after it, is for log_line and syslog to say.
 */
#ifndef REPORTER_LOG_TIME_H
#define REPORTER_LOG_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct log_time {
	struct tm fields;
	int milliseconds;
	bool has_year; /* RFC 3164 has none */
	bool has_zone;
	int zone_s; /* east of Greenwich */
};

/* Reads the time `text` begins with and returns its length, 0 (and *out undefined) if there is none. */
size_t log_time_match(const char *text, size_t len, struct log_time *out);

/*
 * Milliseconds since 1970. Without a zone it is this machine's local time; without a year the one that brings
 * it closest to `now_ms`.
 */
int64_t log_time_ms(const struct log_time *time, int64_t now_ms);

#endif
