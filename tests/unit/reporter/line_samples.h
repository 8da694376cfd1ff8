/* Lines of logs and the entries they must become, for the tests of line.c. */
#ifndef TESTS_UNIT_REPORTER_LINE_SAMPLES_H
#define TESTS_UNIT_REPORTER_LINE_SAMPLES_H

#include "reporter/logs/line.h"

#include <stddef.h>
#include <stdint.h>

/* 2025-11-17T10:30:00Z, and when the lines are read. */
#define MONDAY_MS 1763375400000
#define NOW_MS	  (MONDAY_MS + 3600000)

struct line_sample {
	const char *line;
	int64_t ms;
	enum level level;
	const char *logger, *message; /* and behind the message a blank and the fields, if there are any */
};

/* For cmocka: local time is UTC. */
int line_samples_set_zone(void **state);

/* Reads the line at NOW_MS and compares. */
void assert_reads(struct line_parser *parser, const struct line_sample *sample);

/* Reads the lines one after the other, with one parser whose logger is "app". */
void assert_all_read(enum log_format format, const struct line_sample *samples, size_t count);

#define ASSERT_ALL_READ(format, samples) \
	assert_all_read(format, samples, sizeof(samples) / sizeof((samples)[0]))

#endif
