/* Writes and rotates the log files of a test, and compares what has arrived. */
#include "tests/unit/reporter/files_bench.h"

#include "common/mem.h"
#include "tests/unit/cm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void start(struct files_bench *bench)
{
	bench->reader = source_file.open(bench->loop, &bench->config, &bench->sink.source);
}

void stop(struct files_bench *bench)
{
	source_file.close(bench->reader);
	bench->reader = NULL;
	sink_forget_entries(&bench->sink);
}

void follow(struct files_bench *bench, const char *pattern)
{
	free(bench->pattern);
	assert_true(asprintf(&bench->pattern, "%s/%s", bench->folder, pattern) > 0);
	bench->config.paths = (struct config_list){.items = &bench->pattern, .count = 1};
}

int set_up(void **state)
{
	struct files_bench *bench = mem_alloc(1, sizeof(*bench));
	static char name[] = "app";

	snprintf(bench->folder, sizeof(bench->folder), "/tmp/p2pdash-files-XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	bench->config = (struct config_log){.name = name, .logger = name, .format = LOG_FORMAT_AUTO};
	bench->loop = loop_new();
	sink_init(&bench->sink);
	follow(bench, "*.log");
	*state = bench;
	return 0;
}

int tear_down(void **state)
{
	struct files_bench *bench = *state;
	char command[96];

	stop(bench);
	sink_free(&bench->sink);
	loop_free(bench->loop);
	free(bench->pattern);
	snprintf(command, sizeof(command), "rm -rf %s", bench->folder);
	assert_int_equal(system(command), 0);
	free(bench);
	return 0;
}

/* --- what writers and rotation do --------------------------------------------------------------- */

struct path path_of(const struct files_bench *bench, const char *name)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%s/%s", bench->folder, name);
	return path;
}

void append(const struct files_bench *bench, const char *name, const char *text)
{
	int fd = open(path_of(bench, name).text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void append_lines(const struct files_bench *bench, const char *name, int from, int to)
{
	struct buf text = {0};

	for (int i = from; i <= to; i++)
		buf_printf(&text, "line %d %060d\n", i, 0);
	append(bench, name, buf_string(&text));
	buf_free(&text);
}

void move(const struct files_bench *bench, const char *from, const char *to)
{
	assert_int_equal(rename(path_of(bench, from).text, path_of(bench, to).text), 0);
}

void copy_and_truncate(const struct files_bench *bench, const char *from, const char *to)
{
	char command[320];

	snprintf(command, sizeof(command), "cp %s %s", path_of(bench, from).text, path_of(bench, to).text);
	assert_int_equal(system(command), 0);
	assert_int_equal(truncate(path_of(bench, from).text, 0), 0);
}

/* --- what must have arrived --------------------------------------------------------------------- */

void assert_message(const struct files_bench *bench, size_t index, const char *message)
{
	assert_true(bench->sink.count > index);
	assert_string_equal(bench->sink.entries[index].message, message);
}

void assert_lines(struct files_bench *bench, int from, int to)
{
	sink_wait(&bench->sink, bench->loop, (size_t)(to - from + 1));
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(bench->sink.count, to - from + 1);
	for (int i = from; i <= to; i++) {
		char start_of[32];

		snprintf(start_of, sizeof(start_of), "line %d ", i);
		assert_memory_equal(bench->sink.entries[i - from].message, start_of, strlen(start_of));
	}
}
