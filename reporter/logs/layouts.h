/* The table of layouts, for layout.c, which reads its patterns. */
#ifndef REPORTER_LOGS_LAYOUTS_H
#define REPORTER_LOGS_LAYOUTS_H

#include <stdbool.h>
#include <stddef.h>

struct layout {
	const char *pattern;
	bool whole; /* the prefix stays in the message: it says more than time, level and logger */
};

/* In the order in which they are tried. The second table is for lines in which nothing but a time was found.
 */
extern const struct layout layouts[], layouts_of_times[];
extern const size_t layouts_count, layouts_of_times_count;

#endif
