/* The far end of a log source under test: keeps what it is given, as the spool would. */
#ifndef TESTS_UNIT_REPORTER_SINK_H
#define TESTS_UNIT_REPORTER_SINK_H

#include "reporter/logs/source.h"

#include <stddef.h>
#include <stdint.h>

struct sink_entry {
	int64_t timestamp_ms;
	enum level level;
	char *logger_name, *message, *module, *function;
	char *fields; /* as JSON; "" if there are none */
	size_t message_len;
	int64_t line;
};

struct sink_position {
	char *key, *position;
};

struct sink {
	struct source_sink source; /* what the source is opened with */
	struct sink_entry *entries;
	size_t count;
	struct sink_position *positions;
	size_t positions_count;
};

void sink_init(struct sink *sink);
void sink_free(struct sink *sink);

/* Forgets the entries; the positions stay, as after a restart. */
void sink_forget_entries(struct sink *sink);

/* Runs the loop until the sink has `count` entries; fails the test after a minute. */
void sink_wait(struct sink *sink, struct loop *loop, size_t count);

/* Runs the loop until nothing has come for 50 ms, to see that no more comes. */
void sink_settle(struct sink *sink, struct loop *loop);

#endif
