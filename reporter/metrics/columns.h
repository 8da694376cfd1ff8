/* Columns of numbers, as most files of proc/ have them. */
#ifndef REPORTER_METRICS_COLUMNS_H
#define REPORTER_METRICS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads the first `count` numbers at `text`, which blanks separate, all on one line. False if there are
 * fewer, or one is beyond 2^63: the kernel's own counters are unsigned, but none of them gets there honestly.
 * (sscanf would walk to the end of the whole text for each line.)
 */
bool columns_read(const char *text, size_t count, uint64_t *out);

#endif
