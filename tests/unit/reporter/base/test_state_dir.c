/* Small files of a state directory: whole or not at all, and for one reporter only. */
#include "common/mem.h"
#include "reporter/base/state_dir.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void what_is_written_is_read_and_replaced_whole(void **state)
{
	struct folder *folder = *state;
	struct buf text = {0};
	struct stat file;

	assert_int_equal(state_dir_write(folder->path, "file", "a long text", 11), ERR_NONE);
	assert_int_equal(state_dir_write(folder->path, "file", "short", 5), ERR_NONE);
	buf_text(&text, "before ");
	assert_int_equal(state_dir_read(folder->path, "file", &text), ERR_NONE);
	assert_string_equal(text.data, "before short");
	assert_int_equal(stat(folder_path(folder, "file"), &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	assert_int_equal(access(folder_path(folder, "file.new"), F_OK), -1);
	buf_free(&text);
}

static void what_cannot_be_read_leaves_the_buffer_alone(void **state)
{
	struct folder *folder = *state;
	struct buf text = {0};

	assert_int_equal(state_dir_read(folder->path, "none", &text), ERR_NOT_FOUND);
	assert_int_equal(mkdir(folder_path(folder, "directory"), 0700), 0);
	assert_int_equal(state_dir_read(folder->path, "directory", &text), ERR_SYSTEM);
	(void)folder_write(folder, "large", "");
	assert_int_equal(truncate(folder_path(folder, "large"), STATE_FILE_MAX), 0);
	assert_int_equal(state_dir_read(folder->path, "large", &text), ERR_NONE);
	buf_clear(&text);
	assert_int_equal(truncate(folder_path(folder, "large"), STATE_FILE_MAX + 1), 0);
	assert_int_equal(state_dir_read(folder->path, "large", &text), ERR_TOO_LARGE);
	assert_int_equal(text.len, 0);
	buf_free(&text);
}

static void a_write_that_fails_leaves_the_old_file(void **state)
{
	struct folder *folder = *state;
	struct buf text = {0};

	assert_int_equal(state_dir_write(folder->path, "file", "old", 3), ERR_NONE);
	assert_int_equal(mkdir(folder_path(folder, "file.new"), 0700), 0); /* in the way of the fresh one */
	assert_int_equal(state_dir_write(folder->path, "file", "new", 3), ERR_SYSTEM);
	assert_int_equal(state_dir_read(folder->path, "file", &text), ERR_NONE);
	assert_string_equal(text.data, "old");
	buf_free(&text);
}

static void an_installation_keeps_its_name(void **state)
{
	struct folder *folder = *state;
	char first[ID_RANDOM_SIZE], again[ID_RANDOM_SIZE];

	assert_int_equal(state_dir_instance(folder->path, first), ERR_NONE);
	assert_int_equal(state_dir_instance(folder->path, again), ERR_NONE);
	assert_string_equal(first, again);
	(void)folder_write(folder, "instance", "nonsense");
	assert_int_equal(state_dir_instance(folder->path, again), ERR_NONE);
	assert_int_equal(strlen(again), ID_RANDOM_SIZE - 1);
	assert_string_not_equal(first, again);
}

static void a_directory_is_made_and_held_by_one(void **state)
{
	struct folder *folder = *state;
	struct buf path = {0};
	struct reason why;
	struct stat made;
	int lock = -1, other = -1;

	buf_text(&path, folder_path(folder, "state"));
	assert_int_equal(state_dir_open(path.data, &lock, &why), ERR_NONE);
	assert_int_equal(stat(path.data, &made), 0);
	assert_int_equal(made.st_mode & 0777, 0700);
	assert_int_equal(state_dir_open(path.data, &other, &why), ERR_CONFLICT);
	assert_non_null(strstr(why.text, "another reporter holds"));
	assert_int_equal(other, -1);
	close(lock);
	assert_int_equal(state_dir_open(path.data, &lock, &why), ERR_NONE);
	close(lock);
	buf_free(&path);
	assert_int_equal(state_dir_make(folder_path(folder, "no/such"), &why), ERR_SYSTEM);
	assert_non_null(strstr(why.text, "cannot be made"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_and_replaced_whole),
		TEST(what_cannot_be_read_leaves_the_buffer_alone),
		TEST(a_write_that_fails_leaves_the_old_file),
		TEST(an_installation_keeps_its_name),
		TEST(a_directory_is_made_and_held_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
