/* Followed log files on a real loop and a real folder: rotation, restarts, lines that are cut or long. */
#include "common/limits.h"
#include "common/mem.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bench {
	char folder[64];
	char *pattern;
	struct config_log config;
	struct loop *loop;
	struct sink sink;
	struct source_reader *reader;
};

static void start(struct bench *bench)
{
	bench->reader = source_file.open(bench->loop, &bench->config, &bench->sink.source);
}

/* As when the reporter ends: what it had saved stays. */
static void stop(struct bench *bench)
{
	source_file.close(bench->reader);
	bench->reader = NULL;
	sink_forget_entries(&bench->sink);
}

static void follow(struct bench *bench, const char *pattern)
{
	free(bench->pattern);
	assert_true(asprintf(&bench->pattern, "%s/%s", bench->folder, pattern) > 0);
	bench->config.paths = (struct config_list){.items = &bench->pattern, .count = 1};
}

static int set_up(void **state)
{
	struct bench *bench = mem_alloc(1, sizeof(*bench));
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

static int tear_down(void **state)
{
	struct bench *bench = *state;
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

struct path {
	char text[128];
};

static struct path path_of(const struct bench *bench, const char *name)
{
	struct path path;

	snprintf(path.text, sizeof(path.text), "%s/%s", bench->folder, name);
	return path;
}

static void append(const struct bench *bench, const char *name, const char *text)
{
	int fd = open(path_of(bench, name).text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* Lines "line FROM" to "line TO", padded so that a few fill a file's head. */
static void append_lines(const struct bench *bench, const char *name, int from, int to)
{
	struct buf text = {0};

	for (int i = from; i <= to; i++)
		buf_printf(&text, "line %d %060d\n", i, 0);
	append(bench, name, buf_string(&text));
	buf_free(&text);
}

static void move(const struct bench *bench, const char *from, const char *to)
{
	assert_int_equal(rename(path_of(bench, from).text, path_of(bench, to).text), 0);
}

static void copy_and_truncate(const struct bench *bench, const char *from, const char *to)
{
	char command[320];

	snprintf(command, sizeof(command), "cp %s %s", path_of(bench, from).text, path_of(bench, to).text);
	assert_int_equal(system(command), 0);
	assert_int_equal(truncate(path_of(bench, from).text, 0), 0);
}

/* --- what must have arrived --------------------------------------------------------------------- */

static void assert_message(const struct bench *bench, size_t index, const char *message)
{
	assert_true(bench->sink.count > index);
	assert_string_equal(bench->sink.entries[index].message, message);
}

/* Exactly "line FROM" to "line TO", in this order. */
static void assert_lines(struct bench *bench, int from, int to)
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

/* --- the tests ---------------------------------------------------------------------------------- */

static void lines_there_before_and_after_the_start_are_read(void **state)
{
	struct bench *bench = *state;

	append_lines(bench, "a.log", 1, 3);
	start(bench);
	assert_lines(bench, 1, 3);
	append_lines(bench, "a.log", 4, 5);
	assert_lines(bench, 1, 5);
	assert_string_equal(bench->sink.entries[0].logger_name, "app");
}

static void a_file_that_appears_later_is_followed(void **state)
{
	struct bench *bench = *state;

	start(bench);
	sink_settle(&bench->sink, bench->loop);
	append_lines(bench, "new.log", 1, 2);
	append_lines(bench, "other.txt", 8, 9);
	assert_lines(bench, 1, 2);
}

static void a_folder_that_appears_later_is_looked_into(void **state)
{
	struct bench *bench = *state;

	follow(bench, "a/*/c.log");
	start(bench);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(mkdir(path_of(bench, "a").text, 0755), 0);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(mkdir(path_of(bench, "a/b").text, 0755), 0);
	sink_settle(&bench->sink, bench->loop);
	append_lines(bench, "a/b/c.log", 1, 2);
	assert_lines(bench, 1, 2);
}

static void a_line_waits_for_its_newline(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append(bench, "a.log", "one\ntw");
	sink_wait(&bench->sink, bench->loop, 1);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(bench->sink.count, 1);
	append(bench, "a.log", "o\r\n\nthree\n");
	sink_wait(&bench->sink, bench->loop, 3);
	assert_message(bench, 1, "two");
	assert_message(bench, 2, "three");
}

static void a_restart_skips_nothing_and_repeats_nothing(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 50);
	append(bench, "a.log", "line 51 be");
	assert_lines(bench, 1, 50);
	stop(bench);
	append(bench, "a.log", "hind\n");
	append_lines(bench, "a.log", 52, 60);
	start(bench);
	assert_lines(bench, 51, 60);
	assert_message(bench, 0, "line 51 behind");
}

static void a_renamed_file_is_read_to_its_end_before_the_new_one(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	append_lines(bench, "a.log", 11, 20);
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 21, 30);
	assert_lines(bench, 1, 30);
	append_lines(bench, "a.log.1", 31, 32); /* a writer that did not notice yet */
	assert_lines(bench, 1, 32);
}

static void several_rotations_at_once_keep_the_order(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	append_lines(bench, "a.log", 11, 20);
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 21, 30);
	move(bench, "a.log.1", "a.log.2");
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 31, 40);
	move(bench, "a.log.2", "a.log.3");
	move(bench, "a.log.1", "a.log.2");
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 41, 50);
	assert_lines(bench, 1, 50);
}

static void rotations_while_stopped_are_followed(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	stop(bench);
	append_lines(bench, "a.log", 11, 20);
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 21, 30);
	move(bench, "a.log.1", "a.log.2");
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 31, 40);
	start(bench);
	assert_lines(bench, 11, 40);
}

static void old_rotated_files_are_not_read_at_the_first_start(void **state)
{
	struct bench *bench = *state;

	append_lines(bench, "a.log.1", 1, 10);
	append_lines(bench, "a.log", 11, 20);
	start(bench);
	assert_lines(bench, 11, 20);
}

static void a_truncated_file_is_read_from_its_start(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	copy_and_truncate(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 11, 12);
	assert_lines(bench, 1, 12);
}

static void a_truncated_file_that_grew_beyond_its_old_length_is_noticed(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	copy_and_truncate(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 11, 40);
	assert_lines(bench, 1, 40);
}

static void what_was_unread_before_a_truncation_is_read_from_the_copy(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	append_lines(bench, "a.log", 11, 20);
	copy_and_truncate(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 21, 25);
	assert_lines(bench, 1, 25);
}

static void a_truncation_while_stopped_is_noticed(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	stop(bench);
	append_lines(bench, "a.log", 11, 20);
	copy_and_truncate(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 21, 60);
	start(bench);
	assert_lines(bench, 11, 60);
}

static void a_reused_inode_is_another_file(void **state)
{
	struct bench *bench = *state;
	struct stat file;
	char *key;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	stop(bench);
	/* What the file system does when it gives the number again: the saved key fits, the text does not. */
	assert_int_equal(unlink(path_of(bench, "a.log").text), 0);
	append_lines(bench, "a.log", 100, 120);
	assert_int_equal(stat(path_of(bench, "a.log").text, &file), 0);
	assert_true(asprintf(&key, "%jx:%jx", (uintmax_t)file.st_dev, (uintmax_t)file.st_ino) > 0);
	free(bench->sink.positions[0].key);
	bench->sink.positions[0].key = key;
	start(bench);
	assert_lines(bench, 100, 120);
}

static void a_device_with_another_number_after_a_boot_repeats_nothing(void **state)
{
	struct bench *bench = *state;
	struct stat file;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	stop(bench);
	assert_int_equal(stat(path_of(bench, "a.log").text, &file), 0);
	free(bench->sink.positions[0].key);
	assert_true(asprintf(&bench->sink.positions[0].key, "7777:%jx", (uintmax_t)file.st_ino) > 0);
	append_lines(bench, "a.log", 11, 12);
	start(bench);
	assert_lines(bench, 11, 12);
	assert_int_equal(bench->sink.positions_count, 1);
	assert_int_not_equal(strncmp(bench->sink.positions[0].key, "7777:", 5), 0);
}

static void a_removed_file_is_read_to_its_end(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	append_lines(bench, "a.log", 11, 20);
	assert_int_equal(unlink(path_of(bench, "a.log").text), 0);
	append_lines(bench, "a.log", 21, 30);
	assert_lines(bench, 1, 30);
}

static void nothing_is_taken_while_paused_and_nothing_is_missing_after(void **state)
{
	struct bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	source_file.pause(bench->reader);
	append_lines(bench, "a.log", 11, 20);
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 21, 30);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(bench->sink.count, 10);
	assert_int_equal(unlink(path_of(bench, "a.log.1").text), 0);
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 31, 40);
	sink_settle(&bench->sink, bench->loop);
	source_file.resume(bench->reader);
	assert_lines(bench, 1, 40);
}

static void a_very_long_line_is_cut_and_the_next_one_is_whole(void **state)
{
	const size_t len = 10 * 1024 * 1024;
	struct bench *bench = *state;
	char *line = mem_alloc(len + 1, 1);

	start(bench);
	memset(line, 'x', len);
	append(bench, "a.log", line);
	append(bench, "a.log", "\nshort\n");
	sink_wait(&bench->sink, bench->loop, 2);
	assert_int_equal(bench->sink.entries[0].message_len, LIMIT_MESSAGE);
	assert_string_equal(bench->sink.entries[0].message + LIMIT_MESSAGE - 5, "[cut]");
	assert_message(bench, 1, "short");
	free(line);
}

static void zeros_before_a_line_are_dropped(void **state)
{
	struct bench *bench = *state;

	append(bench, "a.log", "after the hole\n");
	assert_int_equal(truncate(path_of(bench, "a.log").text, 0), 0);
	assert_int_equal(truncate(path_of(bench, "a.log").text, 100000), 0);
	append(bench, "a.log", "after the hole\n");
	start(bench);
	sink_wait(&bench->sink, bench->loop, 1);
	assert_message(bench, 0, "after the hole");
}

static void what_cannot_be_read_is_tried_again(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(mkdir(path_of(bench, "folder.log").text, 0755), 0);
	assert_int_equal(symlink("nowhere", path_of(bench, "dangling.log").text), 0);
	start(bench);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(rmdir(path_of(bench, "folder.log").text), 0);
	append_lines(bench, "folder.log", 1, 2);
	assert_lines(bench, 1, 2);
}

static void one_file_with_two_names_is_read_once(void **state)
{
	struct bench *bench = *state;

	append_lines(bench, "a.log", 1, 5);
	assert_int_equal(symlink("a.log", path_of(bench, "b.log").text), 0);
	assert_int_equal(link(path_of(bench, "a.log").text, path_of(bench, "c.log").text), 0);
	start(bench);
	assert_lines(bench, 1, 5);
}

static void many_rotations_under_a_busy_writer_lose_nothing(void **state)
{
	enum { LINES = 20000, ROTATIONS = 20 };
	struct bench *bench = *state;
	pid_t writer;

	start(bench);
	sink_settle(&bench->sink, bench->loop);
	writer = fork();
	assert_true(writer >= 0);
	if (writer == 0) {
		for (int i = 0; i < ROTATIONS; i++) {
			char name[16];

			append_lines(bench, "a.log", i * (LINES / ROTATIONS) + 1,
				     (i + 1) * (LINES / ROTATIONS));
			snprintf(name, sizeof(name), "a.log.%d", ROTATIONS - i);
			move(bench, "a.log", name);
		}
		_exit(0);
	}
	assert_lines(bench, 1, LINES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_there_before_and_after_the_start_are_read),
		TEST(a_file_that_appears_later_is_followed),
		TEST(a_folder_that_appears_later_is_looked_into),
		TEST(a_line_waits_for_its_newline),
		TEST(a_restart_skips_nothing_and_repeats_nothing),
		TEST(a_renamed_file_is_read_to_its_end_before_the_new_one),
		TEST(several_rotations_at_once_keep_the_order),
		TEST(rotations_while_stopped_are_followed),
		TEST(old_rotated_files_are_not_read_at_the_first_start),
		TEST(a_truncated_file_is_read_from_its_start),
		TEST(a_truncated_file_that_grew_beyond_its_old_length_is_noticed),
		TEST(what_was_unread_before_a_truncation_is_read_from_the_copy),
		TEST(a_truncation_while_stopped_is_noticed),
		TEST(a_reused_inode_is_another_file),
		TEST(a_device_with_another_number_after_a_boot_repeats_nothing),
		TEST(a_removed_file_is_read_to_its_end),
		TEST(nothing_is_taken_while_paused_and_nothing_is_missing_after),
		TEST(a_very_long_line_is_cut_and_the_next_one_is_whole),
		TEST(zeros_before_a_line_are_dropped),
		TEST(what_cannot_be_read_is_tried_again),
		TEST(one_file_with_two_names_is_read_once),
		TEST(many_rotations_under_a_busy_writer_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
