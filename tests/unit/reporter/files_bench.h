/* A folder of log files and a file source that follows them, for the tests of the file source. */
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

/* For cmocka: the source will follow *.log of a new folder; it is not started yet. */
int set_up(void **state);
int tear_down(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Follows another pattern in the folder; before the start. */
void follow(struct files_bench *bench, const char *pattern);
void start(struct files_bench *bench);

/* Ends as the reporter does: the saved positions stay, the entries are forgotten. */
void stop(struct files_bench *bench);

/* --- what writers and rotation do --------------------------------------------------------------- */

struct path {
	char text[128];
};
struct path path_of(const struct files_bench *bench, const char *name);
void append(const struct files_bench *bench, const char *name, const char *text);

/* Lines "line FROM …" to "line TO …", padded so that a few of them fill a file's head. */
void append_lines(const struct files_bench *bench, const char *name, int from, int to);
void move(const struct files_bench *bench, const char *from, const char *to);
void copy_and_truncate(const struct files_bench *bench, const char *from, const char *to);

/* --- what must have arrived --------------------------------------------------------------------- */

void assert_message(const struct files_bench *bench, size_t index, const char *message);

/* Waits for these lines: exactly these, in this order. */
void assert_lines(struct files_bench *bench, int from, int to);

#endif
