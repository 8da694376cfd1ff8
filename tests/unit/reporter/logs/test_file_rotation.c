/* Followed files that are renamed, truncated, copied, removed and replaced: nothing is skipped or repeated.
 */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/files_bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_renamed_file_is_read_to_its_end_before_the_new_one(void **state)
{
	struct files_bench *bench = *state;

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
	struct files_bench *bench = *state;

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

static void a_pattern_may_name_rotated_files_too(void **state)
{
	struct files_bench *bench = *state;

	follow(bench, "a.log*");
	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	append_lines(bench, "a.log", 11, 20);
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 21, 30);
	assert_lines(bench, 1, 30);
	append_lines(bench, "a.log.1", 31, 32);
	assert_lines(bench, 1, 32);
	move(bench, "a.log.1", "a.log.2");
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 33, 40);
	assert_lines(bench, 1, 40);
	stop(bench);
	append_lines(bench, "a.log", 41, 42);
	start(bench);
	assert_lines(bench, 41, 42);
}

static void rotations_while_stopped_are_followed(void **state)
{
	struct files_bench *bench = *state;

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
	struct files_bench *bench = *state;

	append_lines(bench, "a.log.1", 1, 10);
	append_lines(bench, "a.log", 11, 20);
	start(bench);
	assert_lines(bench, 11, 20);
}

static void a_truncated_file_is_read_from_its_start(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	copy_and_truncate(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 11, 12);
	assert_lines(bench, 1, 12);
}

static void a_truncated_file_that_grew_beyond_its_old_length_is_noticed(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	copy_and_truncate(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 11, 40);
	assert_lines(bench, 1, 40);
}

static void what_was_unread_before_a_truncation_is_read_from_the_copy(void **state)
{
	struct files_bench *bench = *state;

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
	struct files_bench *bench = *state;

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

/*
 * Rotation by hand, `cp a.log a.log.1; : > a.log`: each copy is written over the one before it. Right before
 * that, `unread` lines are written. If the source `restarts`, it is stopped in each round: in every second
 * one it runs again before the copy is made, in the others only after it.
 */
static void rotate_by_hand(struct files_bench *bench, int unread, bool restarts)
{
	enum { ROUNDS = 4, LINES = 10 };
	int first = 1, last = 0;

	start(bench);
	for (int round = 0; round < ROUNDS; round++) {
		append_lines(bench, "a.log", last + 1, last + LINES);
		last += LINES;
		assert_lines(bench, first, last);
		if (restarts) {
			stop(bench);
			first = last + 1;
			if (round % 2) {
				start(bench);
				sink_settle(&bench->sink, bench->loop);
			}
		}
		if (unread)
			append_lines(bench, "a.log", last + 1, last + unread);
		last += unread;
		copy_and_truncate(bench, "a.log", "a.log.1");
		if (!bench->reader)
			start(bench);
		assert_lines(bench, first, last);
	}
}

static void copies_over_copies_repeat_nothing(void **state)
{
	rotate_by_hand(*state, 0, false);
}

static void copies_over_copies_lose_nothing(void **state)
{
	rotate_by_hand(*state, 3, false);
}

static void copies_over_copies_repeat_nothing_after_a_restart(void **state)
{
	rotate_by_hand(*state, 0, true);
}

static void copies_over_copies_lose_nothing_after_a_restart(void **state)
{
	rotate_by_hand(*state, 3, true);
}

static void a_chain_of_copies_repeats_nothing(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	for (int last = 10; last <= 50; last += 10) {
		append_lines(bench, "a.log", last - 9, last - 3);
		assert_lines(bench, 1, last - 3);
		append_lines(bench, "a.log", last - 2, last);
		if (last > 10)
			copy_and_truncate(bench, "a.log.1", "a.log.2");
		copy_and_truncate(bench, "a.log", "a.log.1");
		assert_lines(bench, 1, last);
	}
}

/* --- copies whose name the pattern *.log matches, too ------------------------------------------- */

static void a_copy_that_the_pattern_names_is_not_read_again(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	append_lines(bench, "app.log", 1, 50);
	assert_lines(bench, 1, 50);
	copy_and_truncate(bench, "app.log", "app.1.log");
	append_lines(bench, "app.log", 51, 60);
	assert_lines(bench, 1, 60);
	stop(bench);
	append_lines(bench, "app.log", 61, 62);
	start(bench);
	assert_lines(bench, 61, 62);
}

static void a_named_copy_in_the_making_is_waited_for(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	append_lines(bench, "app.log", 1, 50);
	assert_lines(bench, 1, 50);
	append_lines(bench, "app.1.log", 1, 20);
	sink_settle(&bench->sink, bench->loop);
	append_lines(bench, "app.1.log", 21, 50);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(truncate(path_of(bench, "app.log").text, 0), 0);
	sink_settle(&bench->sink, bench->loop);
	append_lines(bench, "app.log", 51, 60);
	assert_lines(bench, 1, 60);
}

static void what_was_unread_is_read_from_a_named_copy(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	append_lines(bench, "app.log", 1, 50);
	append(bench, "app.log", "line 51 be");
	assert_lines(bench, 1, 50);
	append(bench, "app.log", "hind\n");
	append_lines(bench, "app.log", 52, 55);
	copy_and_truncate(bench, "app.log", "app.1.log");
	append_lines(bench, "app.log", 56, 60);
	assert_lines(bench, 1, 60);
}

static void a_named_copy_made_while_stopped_is_read_from_where_it_was_left(void **state)
{
	static const char *const COPIES[] = {"app.1.log", "zapp.log"};
	struct files_bench *bench = *state;

	for (int i = 0; i < 2; i++) {
		int first = i * 100 + 1;

		start(bench);
		append_lines(bench, "app.log", first, first + 49);
		assert_lines(bench, first, first + 49);
		stop(bench);
		append_lines(bench, "app.log", first + 50, first + 54);
		copy_and_truncate(bench, "app.log", COPIES[i]);
		append_lines(bench, "app.log", first + 55, first + 59);
		start(bench);
		assert_lines(bench, first + 50, first + 59);
		stop(bench);
	}
}

static void named_copies_over_named_copies_repeat_nothing(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	for (int last = 50; last <= 200; last += 50) {
		append_lines(bench, "app.log", last - 49, last - 3);
		assert_lines(bench, 1, last - 3);
		append_lines(bench, "app.log", last - 2, last);
		if (last > 50)
			copy_and_truncate(bench, "app.1.log", "app.2.log");
		copy_and_truncate(bench, "app.log", "app.1.log");
		assert_lines(bench, 1, last);
	}
}

/* As a program's that writes the same each day, without times. */
static void a_file_with_the_same_text_is_a_file_of_its_own(void **state)
{
	const struct timespec long_ago[] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
	struct files_bench *bench = *state;

	start(bench);
	append_lines(bench, "monday.log", 1, 50);
	assert_lines(bench, 1, 50);
	append_lines(bench, "tuesday.log", 1, 50);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(utimensat(AT_FDCWD, path_of(bench, "tuesday.log").text, long_ago, 0), 0);
	source_file.sweep(bench->reader);
	sink_wait(&bench->sink, bench->loop, 100);
	append_lines(bench, "wednesday.log", 1, 49);
	append(bench, "wednesday.log", "another end\n");
	sink_wait(&bench->sink, bench->loop, 150);
}

static void a_reused_inode_is_another_file(void **state)
{
	struct files_bench *bench = *state;
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

/* Stops, and gives the saved file's device another number, as a boot does, or a container's new start. */
static void stop_and_renumber(struct files_bench *bench)
{
	struct sink_position *position = bench->sink.positions;
	char *key;

	stop(bench);
	assert_int_equal(bench->sink.positions_count, 1);
	assert_true(asprintf(&key, "7777%s", strchr(position->key, ':')) > 0);
	free(position->key);
	position->key = key;
}

static void a_device_with_another_number_after_a_boot_repeats_nothing(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	stop_and_renumber(bench);
	append_lines(bench, "a.log", 11, 12);
	start(bench);
	assert_lines(bench, 11, 12);
	assert_int_equal(bench->sink.positions_count, 1);
	assert_int_not_equal(strncmp(bench->sink.positions[0].key, "7777:", 5), 0);
}

static void a_device_with_another_number_repeats_nothing_of_a_rotated_file(void **state)
{
	struct files_bench *bench = *state;

	start(bench);
	append_lines(bench, "a.log", 1, 10);
	assert_lines(bench, 1, 10);
	stop_and_renumber(bench);
	append_lines(bench, "a.log", 11, 20);
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 21, 30);
	start(bench);
	assert_lines(bench, 11, 30);
	stop(bench);
	start(bench);
	sink_settle(&bench->sink, bench->loop);
	assert_int_equal(bench->sink.count, 0);
}

static void a_removed_file_is_read_to_its_end(void **state)
{
	struct files_bench *bench = *state;

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
	struct files_bench *bench = *state;
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
		TEST(a_pattern_may_name_rotated_files_too),
		TEST(rotations_while_stopped_are_followed),
		TEST(old_rotated_files_are_not_read_at_the_first_start),
		TEST(a_truncated_file_is_read_from_its_start),
		TEST(a_truncated_file_that_grew_beyond_its_old_length_is_noticed),
		TEST(what_was_unread_before_a_truncation_is_read_from_the_copy),
		TEST(a_truncation_while_stopped_is_noticed),
		TEST(copies_over_copies_repeat_nothing),
		TEST(copies_over_copies_lose_nothing),
		TEST(copies_over_copies_repeat_nothing_after_a_restart),
		TEST(copies_over_copies_lose_nothing_after_a_restart),
		TEST(a_chain_of_copies_repeats_nothing),
		TEST(a_copy_that_the_pattern_names_is_not_read_again),
		TEST(a_named_copy_in_the_making_is_waited_for),
		TEST(what_was_unread_is_read_from_a_named_copy),
		TEST(a_named_copy_made_while_stopped_is_read_from_where_it_was_left),
		TEST(named_copies_over_named_copies_repeat_nothing),
		TEST(a_file_with_the_same_text_is_a_file_of_its_own),
		TEST(a_reused_inode_is_another_file),
		TEST(a_device_with_another_number_after_a_boot_repeats_nothing),
		TEST(a_device_with_another_number_repeats_nothing_of_a_rotated_file),
		TEST(a_removed_file_is_read_to_its_end),
		TEST(many_rotations_under_a_busy_writer_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
