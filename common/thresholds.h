/*
 * From where on a number needs attention. The page draws its colours by the same numbers
 * (static/js/thresholds.js; tests/unit/static/thresholds.test.js compares the two), and GET /metrics hands
 * them out, so that an alert rule elsewhere need not repeat them.
 */
#ifndef COMMON_THRESHOLDS_H
#define COMMON_THRESHOLDS_H

#include <stddef.h>

struct threshold {
	const char *value; /* the number's name and unit, such as "disk_percent" */
	const char *level; /* "warning" or "danger" */
	double at;	   /* the level begins here: upwards, but for days left downwards */
};

/* The table, whose length is written to *count. */
const struct threshold *thresholds_list(size_t *count);

#endif
