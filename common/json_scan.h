/*
 * Looks into stored JSON without parsing it: a walk over the members of an object or the elements of an
 * array that yields each name and value as a span of the text itself. It allocates nothing and reads each
 * byte once.
 *
 * It is meant for the compact JSON that our own json_out wrote (RFC 8259 without blanks between tokens),
 * and it judges only what it steps over: names, separators, brackets and the ends of strings. Whether a
 * number is a number, or an escape is an escape, is not looked at. Whatever the text is, nothing beyond
 * `len` is read.
 *
 *     struct json_scan scan = json_scan_open(state, state_len);
 *     struct span name, value;
 *
 *     while (json_scan_next(&scan, &name, &value))
 *             …
 *     if (scan.state == JSON_SCAN_MALFORMED)
 *             …
 */
#ifndef COMMON_JSON_SCAN_H
#define COMMON_JSON_SCAN_H

#include "common/span.h"

enum json_scan_state {
	JSON_SCAN_MORE,	     /* another member or element follows */
	JSON_SCAN_ENDED,     /* the closing bracket was reached, and nothing stands behind it */
	JSON_SCAN_MALFORMED, /* cut short, or not compact JSON */
};

/* Where a walk stands. Callers read `state` and leave the rest alone. */
struct json_scan {
	const char *at, *end; /* the next member or element, and the end of the text */
	char close;	      /* the bracket that ends the walk; 0 where the text itself ends it */
	enum json_scan_state state;
};

/* Starts a walk over an object or an array; anything else is malformed. */
struct json_scan json_scan_open(const char *json, size_t len);

/* Starts a walk over an array's elements, without the brackets around them. An empty text has none. */
struct json_scan json_scan_elements(const char *json, size_t len);

/*
 * Takes the next member or element. `name` gets a member's name without its quotes, and {0} for an array's
 * element. `value` gets the value as it stands, a string with its quotes. False at the end, and at the
 * first fault, where `state` tells which; *name and *value are untouched then.
 */
bool json_scan_next(struct json_scan *scan, struct span *name, struct span *value);

/* Takes the next member if it has this name. False otherwise; the walk has then gone past the member. */
bool json_scan_expect(struct json_scan *scan, const char *name, struct span *value);

/* The value of the object's own member `name`, not of objects within it. False if it has none. */
bool json_scan_find(const char *json, size_t len, const char *name, struct span *value);

/* What stands between a string's quotes, with its escapes as they are; an empty span for other values. */
struct span json_scan_text(struct span value);

#endif
