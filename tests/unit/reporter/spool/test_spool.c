/* The spool loses nothing and repeats nothing, wherever its process is killed. */
#include "common/mem.h"
#include "reporter/spool/spool.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT = 8 * 1024 * 1024 };

static struct spool *open_spool(struct folder *folder, uint64_t limit)
{
	struct spool *spool = NULL;
	struct reason why;

	if (spool_open(folder_path(folder, "spool"), limit, &spool, &why))
		fail_msg("%s", why.text);
	return spool;
}

static void add(struct spool *spool, const char *key, int number)
{
	struct buf entry = {0};
	char position[32];

	buf_printf(&entry, "{\"n\":%d}", number);
	snprintf(position, sizeof(position), "at %d", number);
	spool_add(spool, key, position, &entry);
	buf_free(&entry);
}

static void add_many(struct spool *spool, const char *key, int first, int count)
{
	for (int i = 0; i < count; i++)
		add(spool, key, first + i);
	assert_int_equal(spool_commit(spool), ERR_NONE);
}

/* Takes the next batch and checks that it begins with entry `first`. */
static struct spool_batch expect_batch(struct spool *spool, int first, int count)
{
	struct spool_batch batch;
	struct buf text = {0};
	char begin[32];

	assert_true(spool_batch(spool, &text, &batch));
	snprintf(begin, sizeof(begin), "{\"n\":%d}", first);
	assert_memory_equal(text.data, begin, strlen(begin));
	assert_int_equal(batch.count, count);
	buf_free(&text);
	return batch;
}

static void expect_nothing(struct spool *spool)
{
	struct spool_batch batch;
	struct buf text = {0};

	assert_false(spool_batch(spool, &text, &batch));
	assert_int_equal(text.len, 0);
}

/* Ends the process that holds the spool as kill -9 would, after `act`. */
static void killed_after(struct folder *folder, void (*act)(struct spool *spool))
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		act(open_spool(folder, LIMIT));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void entries_come_out_as_they_went_in(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);
	struct spool_batch batch;

	expect_nothing(spool);
	add_many(spool, "a", 0, 3);
	batch = expect_batch(spool, 0, 3);
	add_many(spool, "a", 3, 2);
	spool_done(spool, &batch, false);
	batch = expect_batch(spool, 3, 2);
	spool_done(spool, &batch, false);
	expect_nothing(spool);
	assert_int_equal(spool_level(spool).waiting, 0);
	assert_int_equal(spool_level(spool).dropped, 0);
	spool_close(spool);
}

static void a_batch_holds_what_a_request_may(void **state)
{
	struct spool *spool = open_spool(*state, LIMIT);
	struct buf long_entry = {0}, text = {0};
	struct spool_batch batch;

	add_many(spool, "a", 0, 2500);
	batch = expect_batch(spool, 0, 1000);
	spool_done(spool, &batch, false);
	batch = expect_batch(spool, 1000, 1000);
	spool_done(spool, &batch, false);
	batch = expect_batch(spool, 2000, 500);
	spool_done(spool, &batch, false);
	for (int i = 0; i < 300 * 1024; i++)
		buf_char(&long_entry, 'x');
	for (int i = 0; i < 5; i++)
		spool_add(spool, NULL, NULL, &long_entry);
	assert_int_equal(spool_commit(spool), ERR_NONE);
	assert_true(spool_batch(spool, &text, &batch));
	assert_int_equal(batch.count, 3);
	assert_true(text.len < 1024 * 1024);
	buf_free(&text);
	buf_free(&long_entry);
	spool_close(spool);
}

static void a_batch_stays_the_same_until_it_is_done(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);
	struct spool_batch first, again;

	add_many(spool, "a", 0, 3);
	first = expect_batch(spool, 0, 3);
	add_many(spool, "a", 3, 5);
	again = expect_batch(spool, 0, 3);
	assert_string_equal(first.name, again.name);
	spool_close(spool);
	spool = open_spool(folder, LIMIT);
	again = expect_batch(spool, 0, 3);
	assert_string_equal(first.name, again.name);
	spool_done(spool, &again, false);
	again = expect_batch(spool, 3, 5);
	assert_string_not_equal(first.name, again.name);
	spool_close(spool);
}

static void commit_ten(struct spool *spool)
{
	add_many(spool, "a", 0, 10);
	add(spool, "a", 10); /* added, never committed: its position must not be saved either */
}

static void cut_a_batch(struct spool *spool)
{
	struct spool_batch batch;
	struct buf text = {0};

	add_many(spool, "a", 10, 5);
	assert_true(spool_batch(spool, &text, &batch));
	add_many(spool, "a", 15, 5);
}

static void what_was_committed_survives_a_kill_with_its_position(void **state)
{
	struct folder *folder = *state;
	struct spool *spool;
	struct spool_batch batch;

	killed_after(folder, commit_ten);
	spool = open_spool(folder, LIMIT);
	assert_string_equal(spool_position(spool, "a"), "at 9");
	assert_int_equal(spool_level(spool).waiting, 10);
	spool_close(spool);
	killed_after(folder, cut_a_batch);
	spool = open_spool(folder, LIMIT);
	batch = expect_batch(spool, 0, 15);
	spool_done(spool, &batch, false);
	batch = expect_batch(spool, 15, 5);
	spool_done(spool, &batch, false);
	assert_string_equal(spool_position(spool, "a"), "at 19");
	spool_close(spool);
}

static void a_torn_record_is_as_if_it_was_never_written(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);
	const char *segment;
	struct stat status;

	add_many(spool, "a", 0, 3);
	spool_close(spool);
	segment = folder_path(folder, "spool/00000000000000000001.segment");
	assert_int_equal(stat(segment, &status), 0);
	assert_int_equal(truncate(segment, status.st_size - 5), 0);
	spool = open_spool(folder, LIMIT);
	assert_string_equal(spool_position(spool, "a"), "at 1");
	add_many(spool, "a", 2, 1);
	expect_batch(spool, 0, 3);
	spool_close(spool);
}

/* The checkpoint's slots are 512 bytes apart; the newest is the even write's, in the first. */
static void a_torn_checkpoint_leaves_the_one_before_it(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);
	struct spool_batch batch, again;
	int fd;

	add_many(spool, "a", 0, 3);
	batch = expect_batch(spool, 0, 3);
	spool_done(spool, &batch, false);
	spool_close(spool);
	fd = open(folder_path(folder, "spool/head"), O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "torn", 4, 16), 4);
	close(fd);
	spool = open_spool(folder, LIMIT);
	again = expect_batch(spool, 0, 3); /* sent again, under the name that the coordinator knows */
	assert_string_equal(again.name, batch.name);
	spool_close(spool);
}

/* After a power failure the checkpoint may be on disk and the end of the segment not. */
static void a_checkpoint_behind_what_the_disk_kept_goes_back(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);
	struct spool_batch batch, again;
	const char *segment;
	struct stat status;

	add_many(spool, "a", 0, 10);
	batch = expect_batch(spool, 0, 10);
	spool_close(spool);
	segment = folder_path(folder, "spool/00000000000000000001.segment");
	assert_int_equal(stat(segment, &status), 0);
	assert_int_equal(truncate(segment, status.st_size - 5), 0);
	spool = open_spool(folder, LIMIT);
	again = expect_batch(spool, 0, 9);
	assert_string_not_equal(again.name, batch.name);
	spool_close(spool);
}

static void positions_outlive_the_segments_they_were_written_in(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);
	struct spool_batch batch;

	add(spool, "quiet", 7);
	for (int round = 0; round < 60; round++) {
		add_many(spool, "busy", round * 1000, 1000);
		while (spool_level(spool).waiting) {
			struct buf text = {0};

			assert_true(spool_batch(spool, &text, &batch));
			spool_done(spool, &batch, false);
			buf_free(&text);
		}
	}
	assert_int_not_equal(access(folder_path(folder, "spool/00000000000000000001.segment"), F_OK), 0);
	spool_close(spool);
	spool = open_spool(folder, LIMIT);
	assert_string_equal(spool_position(spool, "quiet"), "at 7");
	assert_string_equal(spool_position(spool, "busy"), "at 59999");
	expect_nothing(spool);
	spool_close(spool);
}

static void a_forgotten_key_stays_forgotten(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);

	add_many(spool, "a", 0, 1);
	add_many(spool, "b", 1, 1);
	spool_forget(spool, "a");
	assert_null(spool_position(spool, "a"));
	spool_close(spool);
	spool = open_spool(folder, LIMIT);
	assert_null(spool_position(spool, "a"));
	assert_string_equal(spool_position(spool, "b"), "at 1");
	spool_close(spool);
}

static void a_position_that_moved_alone_is_kept_too(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);

	spool_add(spool, "a", "line 5", NULL);
	spool_close(spool);
	spool = open_spool(folder, LIMIT);
	assert_string_equal(spool_position(spool, "a"), "line 5");
	expect_nothing(spool);
	spool_close(spool);
}

static void what_does_not_fit_is_dropped_oldest_first_and_counted(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, 1024 * 1024);
	struct spool_level level;
	struct spool_batch old, batch;
	struct buf text = {0};

	add_many(spool, NULL, 0, 100);
	old = expect_batch(spool, 0, 100);
	for (int first = 100; first < 60100; first += 100)
		add_many(spool, NULL, first, 100);
	level = spool_level(spool);
	assert_true(level.dropped > 0);
	assert_int_equal(level.dropped + level.waiting, 60100);
	assert_true(level.percent <= 100);
	spool_done(spool, &old, false); /* it was dropped while it was on its way */
	assert_int_equal(spool_level(spool).waiting, level.waiting);
	spool_close(spool);
	spool = open_spool(folder, 1024 * 1024);
	assert_int_equal(spool_level(spool).dropped, level.dropped);
	assert_int_equal(spool_level(spool).waiting, level.waiting);
	batch = expect_batch(spool, (int)level.dropped, 1000);
	assert_string_not_equal(old.name, batch.name);
	buf_free(&text);
	spool_close(spool);
}

static void a_hopeless_batch_is_dropped_and_counted(void **state)
{
	struct spool *spool = open_spool(*state, LIMIT);
	struct spool_batch batch;

	add_many(spool, "a", 0, 4);
	batch = expect_batch(spool, 0, 4);
	spool_done(spool, &batch, true);
	expect_nothing(spool);
	assert_int_equal(spool_level(spool).dropped, 4);
	spool_close(spool);
}

static void only_ours_is_touched_in_the_folder(void **state)
{
	struct folder *folder = *state;
	struct spool *spool = open_spool(folder, LIMIT);

	spool_close(spool);
	folder_write(folder, "spool/notes.txt", "mine");
	folder_write(folder, "spool/00000000000000000002.segment.new", "never finished");
	spool = open_spool(folder, LIMIT);
	add_many(spool, "a", 0, 1);
	expect_batch(spool, 0, 1);
	spool_close(spool);
	assert_int_equal(access(folder_path(folder, "spool/notes.txt"), F_OK), 0);
}

#define SPOOL_TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(entries_come_out_as_they_went_in),
		SPOOL_TEST(a_batch_holds_what_a_request_may),
		SPOOL_TEST(a_batch_stays_the_same_until_it_is_done),
		SPOOL_TEST(what_was_committed_survives_a_kill_with_its_position),
		SPOOL_TEST(a_torn_record_is_as_if_it_was_never_written),
		SPOOL_TEST(a_torn_checkpoint_leaves_the_one_before_it),
		SPOOL_TEST(a_checkpoint_behind_what_the_disk_kept_goes_back),
		SPOOL_TEST(positions_outlive_the_segments_they_were_written_in),
		SPOOL_TEST(a_forgotten_key_stays_forgotten),
		SPOOL_TEST(a_position_that_moved_alone_is_kept_too),
		SPOOL_TEST(what_does_not_fit_is_dropped_oldest_first_and_counted),
		SPOOL_TEST(a_hopeless_batch_is_dropped_and_counted),
		SPOOL_TEST(only_ours_is_touched_in_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
