/*
 * Time: the two clocks, and times as text. Inside the programs a moment is milliseconds since 1970 in UTC,
 * leap seconds not counted; in JSON it is ISO 8601 in UTC with milliseconds, always of one width, so that
 * such texts sort by time.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

#define CLOCK_ISO_LEN  24 /* "2025-11-17T10:30:00.123Z" */
#define CLOCK_ISO_SIZE (CLOCK_ISO_LEN + 1)

/* The wall clock, in ms since 1970. It may jump when somebody sets it. */
int64_t clock_now_ms(void);

/* A clock for durations and deadlines, in ms: it never jumps, and its zero means nothing. */
int64_t clock_monotonic_ms(void);

/*
 * Writes the moment `ms` and a NUL. Before the year 0 and after 9999 it writes that year's first or last
 * moment.
 */
void clock_format_iso(int64_t ms, char out[CLOCK_ISO_SIZE]);

/*
 * Reads a time as RFC 3339 writes it, and a little more: date, `T` or a space, time, an optional fraction
 * of any length behind a point or a comma, then `Z`, an offset (`+03:00`, `+0300`) or nothing, which means
 * UTC. The fraction is cut to milliseconds. ERR_MALFORMED for anything else, also for a date that does not
 * exist; *ms is untouched then.
 */
enum err clock_parse_iso(const char *text, size_t len, int64_t *ms) MUST_CHECK;

#endif
