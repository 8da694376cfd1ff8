/*
 * The times that log lines begin with, in the forms that common loggers write. Whether a line has a time, and
 * what stands after it, is for layout and syslog_message to say.
 */
#ifndef REPORTER_LOGS_TIMESTAMP_H
#define REPORTER_LOGS_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct timestamp {
	struct tm fields;  /* as written, in its own zone */
	int milliseconds;  /* 0-999; what a fraction says beyond these is dropped */
	bool has_year;	   /* RFC 3164 has none */
	bool has_fraction; /* of a second */
	bool has_zone;
	int zone_s;    /* east of Greenwich */
	bool is_vague; /* the day, or what the zone means, is not known */
};

/* Reads the time that `text` begins with. Returns its length; 0, and *out undefined, if there is none. */
size_t timestamp_match(const char *text, size_t len, struct timestamp *out);

/* The same for a time of day alone, which is vague. */
size_t timestamp_match_time_of_day(const char *text, size_t len, struct timestamp *out);

/* Reads hours and minutes east of Greenwich: `+03:00`, `+0300`, `+03`. Returns their length, 0 if there are
 * none. */
size_t timestamp_match_offset(const char *text, size_t len, struct timestamp *out);

/*
 * Reads a zone that a word could be taken for, so that only its place can tell: a name (`MSK`), or hours
 * (`+03`). Returns its length, 0 if there is none. A name says nothing of its offset, and some are used in
 * several parts of the world: it counts if local time was called so at `time`, else `time` becomes vague.
 */
size_t timestamp_match_zone(const char *text, size_t len, struct timestamp *time);

/*
 * Whether a log line can be of this moment: not more than a day in the future, nor ten years in the past.
 * What is not is a duration, a counter, or a clock that was never set.
 */
bool timestamp_is_believed(int64_t ms, int64_t now_ms);

/*
 * Milliseconds since 1970. Without a zone it is this machine's local time; without a year the one that brings
 * it closest to `now_ms`. A vague time is `now_ms`: that is seconds off, where a zone or a day could be hours
 * off.
 */
int64_t timestamp_to_ms(const struct timestamp *time, int64_t now_ms);

#endif
