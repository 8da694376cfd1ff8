/* A folder of log files, and a file source that follows them, for its tests. */
#ifndef TESTS_UNIT_REPORTER_FILES_BENCH_H
#define TESTS_UNIT_REPORTER_FILES_BENCH_H

#include "tests/unit/reporter/sink.h"

struct files_bench {
	char folder[64];
	char *pattern;
	struct config_log config;
	struct loop *loop;
	struct sink sink;
	struct source_reader *reader;
};

int set_up(void **state); /* follows *.log of a new folder; nothing is started yet */
int tear_down(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

void follow(struct files_bench *bench, const char *pattern); /* instead, before it is started */
void start(struct files_bench *bench);
void stop(struct files_bench *bench); /* as when the reporter ends: what it had saved stays */

/* What writers and rotation do. */
struct path {
	char text[128];
};
struct path path_of(const struct files_bench *bench, const char *name);
void append(const struct files_bench *bench, const char *name, const char *text);
void append_lines(const struct files_bench *bench, const char *name, int from,
		  int to); /* "line FROM …" to "line TO …" */
void move(const struct files_bench *bench, const char *from, const char *to);
void copy_and_truncate(const struct files_bench *bench, const char *from, const char *to);

/* What must have arrived. */
void assert_message(const struct files_bench *bench, size_t index, const char *message);
void assert_lines(struct files_bench *bench, int from, int to); /* exactly these, in this order */

#endif
