/* A place in a text and the text's end: what the parsers of log lines and datagrams step through. */
#ifndef REPORTER_LOGS_SCAN_H
#define REPORTER_LOGS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct scan {
	const char *at, *end;
};

static inline size_t scan_left(const struct scan *scan)
{
	return (size_t)(scan->end - scan->at);
}

/* Whether the next byte is a digit. */
static inline bool scan_is_digit(const struct scan *scan)
{
	return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

/* Steps over the next byte if it is `wanted`; false, and no step, if it is another or there is none. */
static inline bool scan_char(struct scan *scan, char wanted)
{
	if (scan->at == scan->end || *scan->at != wanted)
		return false;
	scan->at++;
	return true;
}

#endif
