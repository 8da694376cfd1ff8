/* How often a worker should report, by how steady it is. Pure arithmetic. */
#ifndef FCGI_REPORT_INTERVAL_H
#define FCGI_REPORT_INTERVAL_H

#include <stddef.h>
#include <stdint.h>

#define INTERVAL_POINTS 10 /* of a node's last points that are looked at, the newest report's among them */

struct interval_point {
	double cpu_percent, memory_percent; /* NAN: not known */
};

/*
 * The interval that a reporter is granted next, in seconds, from the one it has: 30 s longer while the
 * standard deviations of CPU and memory are both below 5 percentage points, the shortest when one of them is
 * above 20, else 60 s; always in [min_s, max_s]. A value that is known in
 * fewer than three points is not looked at; without any it keeps what it has.
 */
int64_t interval_next(const struct interval_point *points, size_t count, int64_t current_s, int64_t min_s,
		      int64_t max_s);

#endif
