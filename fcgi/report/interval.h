/* The adaptive reporting interval of the wire contract ("Reporting interval"). Pure arithmetic. */
#ifndef FCGI_REPORT_INTERVAL_H
#define FCGI_REPORT_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

#define INTERVAL_POINTS \
	10 /* how many of a node's last points are looked at, the newest report's among them */

struct interval_point {
	double cpu_percent, memory_percent;
};

/*
 * The interval a reporter is granted next, in seconds, from the one it has: longer step by step while CPU and
 * memory are steady, short when one of them swings, else 60; always in [min_s, max_s]. With too few points to
 * tell it keeps what it has.
 */
int64_t interval_next(const struct interval_point *points, size_t count, int64_t current_s, int64_t min_s,
		      int64_t max_s);

#endif
