/* Files that lost their name or their text long ago, or just now: what is left of them is given, once. */
#include "reporter/logs/rotation.h"

#include "common/clock.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/files_bench.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MUCH_LATER_MS = 3600 * 1000, LARGE = 1 << 20 };

static const char NO_NEWLINE[] = "no newline";

/* Reads the files as source_file does, but without a loop: only when it is told to. */
struct follower {
	struct files_bench *bench;
	struct file_watch *watch;
	struct followed_files files;
	struct followed_file *reading;
};

static void on_line(void *user, const char *line, size_t len)
{
	struct follower *follower = user;
	const struct source_sink *sink = &follower->bench->sink.source;
	char position[FILE_POSITION_SIZE];
	struct entry entry;

	file_position_write(file_tail_position(&follower->reading->tail), position);
	line_read(&follower->reading->parser, line, len, 0, &entry);
	sink->take(sink->user, &entry, follower->reading->key, position);
}

static void on_finish(void *user, struct followed_file *file)
{
	struct follower *follower = user;

	follower->reading = file;
	file_tail_finish(&file->tail, on_line, follower);
}

static void on_written(void *user, int id)
{
	(void)user;
	(void)id;
}

static void on_turn(void *user, bool names)
{
	(void)user;
	(void)names;
}

static void begin(struct follower *follower, struct files_bench *bench)
{
	const struct file_watch_events events = {.written = on_written, .turn = on_turn};
	const struct followed_files_owner owner = {.user = follower, .finish = on_finish};

	*follower = (struct follower){.bench = bench};
	follower->watch = file_watch_new(bench->loop, &bench->config.paths, &events);
	followed_files_open(&follower->files, &bench->config, &bench->sink.source, follower->watch, &owner);
}

static void end(struct follower *follower)
{
	followed_files_close(&follower->files);
	file_watch_free(follower->watch);
}

static void look(struct follower *follower)
{
	struct followed_files *files = &follower->files;

	rotation_update(files);
	for (size_t i = 0; i < files->count;)
		i = rotation_check(files, files->items[i]) ? 0 : i + 1;
	for (size_t i = 0; i < files->count; i++) {
		if (files->items[i]->state == FOLLOWED_NEW)
			continue;
		follower->reading = files->items[i];
		files->items[i]->unread = file_tail_read(&files->items[i]->tail, LARGE, on_line, follower);
	}
}

static void look_much_later(struct follower *follower)
{
	look(follower);
	followed_files_sweep(&follower->files, clock_monotonic_ms() + MUCH_LATER_MS);
}

static void assert_lines_and_the_last(const struct files_bench *bench, int count)
{
	assert_int_equal(bench->sink.count, count + 1);
	assert_message(bench, (size_t)count, NO_NEWLINE);
}

static void a_renamed_files_last_line_needs_no_newline(void **state)
{
	struct files_bench *bench = *state;
	struct follower follower;

	begin(&follower, bench);
	append_lines(bench, "a.log", 1, 10);
	append(bench, "a.log", NO_NEWLINE);
	look_much_later(&follower);
	assert_int_equal(bench->sink.count, 10); /* it has its name: the rest may come */
	move(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 11, 12);
	look(&follower);
	assert_int_equal(bench->sink.count, 12);
	look_much_later(&follower);
	assert_lines_and_the_last(bench, 12);
	look_much_later(&follower);
	end(&follower);
	begin(&follower, bench);
	look_much_later(&follower);
	assert_lines_and_the_last(bench, 12);
	end(&follower);
}

static void a_restart_before_it_is_given_neither_loses_nor_repeats_it(void **state)
{
	struct files_bench *bench = *state;
	struct follower follower;

	begin(&follower, bench);
	append_lines(bench, "a.log", 1, 10);
	append(bench, "a.log", NO_NEWLINE);
	look(&follower);
	move(bench, "a.log", "a.log.1");
	look(&follower);
	end(&follower);
	begin(&follower, bench);
	look(&follower);
	assert_int_equal(bench->sink.count, 10);
	look_much_later(&follower);
	assert_lines_and_the_last(bench, 10);
	end(&follower);
}

static void a_removed_files_last_line_needs_no_newline(void **state)
{
	struct files_bench *bench = *state;
	struct follower follower;

	begin(&follower, bench);
	append_lines(bench, "a.log", 1, 10);
	append(bench, "a.log", NO_NEWLINE);
	look(&follower);
	assert_int_equal(unlink(path_of(bench, "a.log").text), 0);
	look_much_later(&follower);
	assert_lines_and_the_last(bench, 10);
	end(&follower);
}

/* Nobody can find it again. */
static void a_removed_files_last_line_is_given_at_the_end(void **state)
{
	struct files_bench *bench = *state;
	struct follower follower;

	begin(&follower, bench);
	append_lines(bench, "a.log", 1, 10);
	append(bench, "a.log", NO_NEWLINE);
	look(&follower);
	assert_int_equal(unlink(path_of(bench, "a.log").text), 0);
	look(&follower);
	end(&follower);
	assert_lines_and_the_last(bench, 10);
}

static void what_was_let_go_is_not_read_again(void **state)
{
	struct files_bench *bench = *state;
	struct follower follower;

	begin(&follower, bench);
	look(&follower);
	append_lines(bench, "a.log", 1, 10);
	look(&follower);
	move(bench, "a.log", "a.log.1");
	look_much_later(&follower);
	assert_int_equal(follower.files.count, 0);
	look(&follower);
	assert_int_equal(bench->sink.count, 10);
	end(&follower);
}

static void the_last_line_of_a_truncated_file_is_given_once(void **state)
{
	struct files_bench *bench = *state;
	struct follower follower;

	begin(&follower, bench);
	append_lines(bench, "a.log", 1, 10);
	append(bench, "a.log", NO_NEWLINE);
	look(&follower);
	copy_and_truncate(bench, "a.log", "a.log.1");
	append_lines(bench, "a.log", 11, 12);
	look_much_later(&follower);
	assert_lines_and_the_last(bench, 12); /* out of the copy */
	append(bench, "a.log", NO_NEWLINE);
	look(&follower);
	assert_int_equal(truncate(path_of(bench, "a.log").text, 0), 0);
	look(&follower);
	assert_int_equal(bench->sink.count, 14);
	assert_message(bench, 13, NO_NEWLINE); /* there is no copy */
	end(&follower);
	begin(&follower, bench);
	look_much_later(&follower);
	assert_int_equal(bench->sink.count, 14);
	end(&follower);
}

/* Its lines are older than those of the file that took its name; only a bug could forget that. */
static void a_renamed_file_never_becomes_live_again(void **state)
{
	struct followed_file file = {.state = FOLLOWED_LIVE};
	pid_t child;
	int status;

	(void)state;
	followed_file_move(&file, FOLLOWED_RENAMED);
	child = fork();
	if (child == 0) {
		close(STDERR_FILENO);
		followed_file_move(&file, FOLLOWED_LIVE);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_renamed_files_last_line_needs_no_newline),
		TEST(a_restart_before_it_is_given_neither_loses_nor_repeats_it),
		TEST(a_removed_files_last_line_needs_no_newline),
		TEST(a_removed_files_last_line_is_given_at_the_end),
		TEST(what_was_let_go_is_not_read_again),
		TEST(the_last_line_of_a_truncated_file_is_given_once),
		TEST(a_renamed_file_never_becomes_live_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
