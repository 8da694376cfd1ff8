/* Followed log files that are renamed, truncated, copied, removed and replaced: nothing is skipped, nothing
 * repeated. */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/files_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
		TEST(many_rotations_under_a_busy_writer_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
