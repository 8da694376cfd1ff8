/* Time: the two clocks, and ISO 8601 in UTC with milliseconds as the wire contract writes it. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

#define CLOCK_ISO_LEN  24 /* "2025-11-17T10:30:00.123Z" */
#define CLOCK_ISO_SIZE (CLOCK_ISO_LEN + 1)

int64_t clock_now_ms(void);	  /* milliseconds since 1970, wall clock */
int64_t clock_monotonic_ms(void); /* for durations; its zero means nothing */

/* Writes `ms` since 1970 (years 0-9999; beyond that it is clamped) and a NUL. */
void clock_format_iso(int64_t ms, char out[CLOCK_ISO_SIZE]);

/*
 * Reads RFC 3339: date, `T` or a space, time, an optional fraction of any length, then `Z`, an offset
 * (`+03:00`, `+0300`) or nothing, which means UTC. ERR_MALFORMED leaves *ms alone.
 */
enum err clock_parse_iso(const char *text, size_t len, int64_t *ms) MUST_CHECK;

#endif
