/* Followed log files on a real loop and a real folder: what appears, waits, is long, or cannot be read. */
#include "common/limits.h"
#include "common/mem.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/files_bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void lines_there_before_and_after_the_start_are_read(void **state)
{
	struct files_bench *bench = *state;

	append_lines(bench, "a.log", 1, 3);
	start(bench);
	assert_lines(bench, 1, 3);
	append_lines(bench, "a.log", 4, 5);
	assert_lines(bench, 1, 5);
	assert_string_equal(bench->sink.entries[0].logger_name, "app");
}

static void a_file_that_appears_later_is_followed(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	sink_settle(&bench->sink, bench->loop);
	append_lines(bench, "new.log", 1, 2);
	append_lines(bench, "other.txt", 8, 9);
	assert_lines(bench, 1, 2);
}

static void a_folder_that_appears_later_is_looked_into(void **state)
{
	struct files_bench *bench = *state;

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
	struct files_bench *bench = *state;

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
	struct files_bench *bench = *state;

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

static void nothing_is_taken_while_paused_and_nothing_is_missing_after(void **state)
{
	struct files_bench *bench = *state;

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
	struct files_bench *bench = *state;
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
	struct files_bench *bench = *state;

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
	struct files_bench *bench = *state;

	assert_int_equal(mkdir(path_of(bench, "folder.log").text, 0755), 0);
	assert_int_equal(symlink("nowhere", path_of(bench, "dangling.log").text), 0);
	start(bench);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(rmdir(path_of(bench, "folder.log").text), 0);
	append_lines(bench, "folder.log", 1, 2);
	assert_lines(bench, 1, 2);
}

static void files_beyond_the_limit_are_named_in_a_trouble(void **state)
{
	enum { FOLLOWED = 500, FILES = 505 };
	struct files_bench *bench = *state;
	struct buf report = {0};
	struct json_out json = {.buf = &report};
	char name[16];

	for (int i = 1; i <= FILES; i++) {
		snprintf(name, sizeof(name), "%03d.log", i);
		append_lines(bench, name, i, i);
	}
	start(bench);
	assert_lines(bench, 1, FOLLOWED);
	troubles_write(bench->sink.source.troubles, &json, "troubles");
	assert_non_null(strstr(report.data, "\"part\":\"log\",\"name\":\"app\""));
	assert_non_null(strstr(report.data, "5 files are left out, since 500 are followed already: "));
	assert_non_null(strstr(report.data, "/501.log "));
	for (int i = FOLLOWED + 1; i <= FILES; i++) {
		snprintf(name, sizeof(name), "%03d.log", i);
		assert_int_equal(unlink(path_of(bench, name).text), 0);
	}
	source_file.sweep(bench->reader);
	buf_clear(&report);
	json = (struct json_out){.buf = &report};
	troubles_write(bench->sink.source.troubles, &json, "troubles");
	assert_string_equal(report.data, "\"troubles\":[]");
	buf_free(&report);
}

static void one_file_with_two_names_is_read_once(void **state)
{
	struct files_bench *bench = *state;

	append_lines(bench, "a.log", 1, 5);
	assert_int_equal(symlink("a.log", path_of(bench, "b.log").text), 0);
	assert_int_equal(link(path_of(bench, "a.log").text, path_of(bench, "c.log").text), 0);
	start(bench);
	assert_lines(bench, 1, 5);
}

/* Which links are safe is tested with safe_open; here, that the source asks it. */
static void a_link_of_another_user_to_what_is_not_the_users_is_not_followed(void **state)
{
	struct files_bench *bench = *state;

	if (geteuid() != 0) /* nobody else can make a link that belongs to another user */
		return;
	append_lines(bench, "secret", 90, 99);
	assert_int_equal(symlink("secret", path_of(bench, "app.log").text), 0);
	assert_int_equal(lchown(path_of(bench, "app.log").text, 12345, 12345), 0);
	append_lines(bench, "b.log", 1, 5);
	start(bench);
	sink_settle(&bench->sink, bench->loop);
	append_lines(bench, "secret", 99, 99);
	append_lines(bench, "b.log", 6, 7);
	assert_lines(bench, 1, 7);
}

static void write_bytes(const struct files_bench *bench, const char *name, const char *data, size_t len)
{
	int fd = open(path_of(bench, name).text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

/* What programs of Windows write. U+0A0D, U+010A and U+0A01 have bytes of newlines. */
static void a_file_in_utf16_is_read_in_either_order_of_bytes(void **state)
{
	static const char LITTLE[] =
		"\xff\xfe"
		"E\0R\0R\0O\0R\0:\0 \0\x16\x04\x0d\x0a\x0a\x01\x3d\xd8\x00\xde\r\0\n\0x\0\n\0";
	static const char BIG[] = "\xfe\xff\0W\0A\0R\0N\0 \x04\x16\x0a\x01\0\r\0\n\0y\0\n";
	struct files_bench *bench = *state;

	follow(bench, "*.txt");
	write_bytes(bench, "little.txt", LITTLE, sizeof(LITTLE) - 1);
	start(bench);
	sink_wait(&bench->sink, bench->loop, 2);
	assert_message(bench, 0, "\xd0\x96\xe0\xa8\x8d\xc4\x8a\xf0\x9f\x98\x80");
	assert_int_equal(bench->sink.entries[0].level, LEVEL_ERROR);
	assert_message(bench, 1, "x");
	write_bytes(bench, "little.txt", "z\0\n\0", 4);
	sink_wait(&bench->sink, bench->loop, 3);
	assert_message(bench, 2, "z");
	write_bytes(bench, "big.txt", BIG, sizeof(BIG) - 1);
	sink_wait(&bench->sink, bench->loop, 5);
	assert_message(bench, 3, "\xd0\x96\xe0\xa8\x81");
	assert_int_equal(bench->sink.entries[3].level, LEVEL_WARNING);
	assert_message(bench, 4, "y");
}

static void a_byte_order_mark_is_no_part_of_the_first_line(void **state)
{
	struct files_bench *bench = *state;

	append(bench, "app.log", "\xef\xbb\xbf{\"level\":\"error\",\"msg\":\"x\"}\n");
	start(bench);
	sink_wait(&bench->sink, bench->loop, 1);
	assert_message(bench, 0, "x");
	assert_int_equal(bench->sink.entries[0].level, LEVEL_ERROR);
}

/* The position stays before the first part until the last one is there. */
static void a_line_in_parts_is_whole_after_a_restart_between_them(void **state)
{
	struct files_bench *bench = *state;

	append(bench, "app.log", "2025-11-17T10:30:00Z stdout F one\n2025-11-17T10:30:00Z stdout P be");
	append(bench, "app.log", "gin, \n");
	start(bench);
	sink_wait(&bench->sink, bench->loop, 1);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(bench->sink.count, 1);
	stop(bench);
	append(bench, "app.log", "2025-11-17T10:30:00Z stdout F end\n");
	start(bench);
	sink_wait(&bench->sink, bench->loop, 1);
	assert_message(bench, 0, "begin, end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_in_utf16_is_read_in_either_order_of_bytes),
		TEST(a_byte_order_mark_is_no_part_of_the_first_line),
		TEST(a_line_in_parts_is_whole_after_a_restart_between_them),
		TEST(lines_there_before_and_after_the_start_are_read),
		TEST(a_file_that_appears_later_is_followed),
		TEST(a_folder_that_appears_later_is_looked_into),
		TEST(a_line_waits_for_its_newline),
		TEST(a_restart_skips_nothing_and_repeats_nothing),
		TEST(nothing_is_taken_while_paused_and_nothing_is_missing_after),
		TEST(a_very_long_line_is_cut_and_the_next_one_is_whole),
		TEST(zeros_before_a_line_are_dropped),
		TEST(what_cannot_be_read_is_tried_again),
		TEST(files_beyond_the_limit_are_named_in_a_trouble),
		TEST(one_file_with_two_names_is_read_once),
		TEST(a_link_of_another_user_to_what_is_not_the_users_is_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
