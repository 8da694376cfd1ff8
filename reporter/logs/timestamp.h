/*
 * The times log files begin their lines with, in the forms the common loggers write. Whether a line has a
 * time, and what stands after it, is for log_line and syslog to say.
 */
#ifndef REPORTER_LOGS_TIMESTAMP_H
#define REPORTER_LOGS_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct log_time {
	struct tm fields;
	int milliseconds;
	bool has_year; /* RFC 3164 has none */
	bool has_fraction;
	bool has_zone;
	int zone_s;    /* east of Greenwich */
	bool is_vague; /* the day, or what the zone means, is not known */
};

/* Reads the time `text` begins with and returns its length, 0 (and *out undefined) if there is none. */
size_t log_time_match(const char *text, size_t len, struct log_time *out);

/* The same for a time of day alone, which is vague. */
size_t log_time_of_day(const char *text, size_t len, struct log_time *out);

/*
 * Reads a zone that a word could be taken for, so that only its place can tell: a name (`MSK`), or hours
 * (`+03`). Returns its length, 0 if there is none. A name says nothing of its offset, and some are used in
 * several parts of the world: it counts if local time was called so at `time`, else `time` becomes vague.
 */
size_t log_time_zone(const char *text, size_t len, struct log_time *time);

/*
 * Milliseconds since 1970. Without a zone it is this machine's local time; without a year the one that brings
 * it closest to `now_ms`. A vague time is `now_ms`: that is seconds off, a zone or a day could be hours.
 */
int64_t log_time_ms(const struct log_time *time, int64_t now_ms);

#endif
