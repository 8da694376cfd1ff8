/*
 * Who may decide which file is read: links, names and directories of root and of two other users, in a folder
 * of the test's own. Only root can make what belongs to somebody else.
 */
#include "common/mem.h"
#include "reporter/base/safe_open.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOT = 0, APP = 12345, OTHER = 12346 };

static const uid_t NOBODY_ELSE = (uid_t)-1; /* stays whose it is */

static void give(struct folder *folder, const char *name, uid_t owner)
{
	assert_int_equal(lchown(folder_path(folder, name), owner, (gid_t)-1), 0);
}

static void make_directory(struct folder *folder, const char *name, uid_t owner, mode_t mode)
{
	assert_int_equal(mkdir(folder_path(folder, name), 0700), 0);
	assert_int_equal(chmod(folder->scratch, mode), 0);
	give(folder, name, owner);
}

static void make_file(struct folder *folder, const char *name, uid_t owner)
{
	folder_write(folder, name, name);
	give(folder, name, owner);
}

static void make_link(struct folder *folder, const char *name, const char *target, uid_t owner)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s", target); /* which may be folder_path's too */
	assert_int_equal(symlink(text, folder_path(folder, name)), 0);
	give(folder, name, owner);
}

static void make_name(struct folder *folder, const char *name, const char *of)
{
	char old[256];

	(void)snprintf(old, sizeof(old), "%s", folder_path(folder, of));
	assert_int_equal(link(old, folder_path(folder, name)), 0);
}

/* What is opened says which file it is: each was written with its own name in it. */
static void assert_opens(struct folder *folder, const char *name, const char *file)
{
	char text[64] = "";
	struct reason why = {0};
	struct stat state;
	int fd = -1;

	if (safe_open(folder_path(folder, name), &fd, &state, &why) != ERR_NONE)
		fail_msg("%s: %s", name, why.text);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_string_equal(text, file);
	assert_int_equal(state.st_size, strlen(file));
	close(fd);
}

static void assert_fails(struct folder *folder, const char *name, enum err expected, const char *words)
{
	struct reason why = {0};
	struct stat state;
	int fd = -1;

	assert_int_equal(safe_open(folder_path(folder, name), &fd, &state, &why), expected);
	assert_int_equal(fd, -1);
	if (!strstr(why.text, words))
		fail_msg("%s: \"%s\" says nothing of \"%s\"", name, why.text, words);
}

static void plain_files_and_trusted_links_are_opened(void **state)
{
	struct folder *folder = *state;

	make_directory(folder, "data", NOBODY_ELSE, 0755);
	make_file(folder, "data/a.log", NOBODY_ELSE);
	make_link(folder, "absolute.log", folder_path(folder, "data/a.log"), NOBODY_ELSE);
	make_link(folder, "linked", "./data/../data//", NOBODY_ELSE);
	make_link(folder, "chain.log", "linked/a.log", NOBODY_ELSE);
	assert_opens(folder, "data/a.log", "data/a.log");
	assert_opens(folder, "absolute.log", "data/a.log");
	assert_opens(folder, "linked/a.log", "data/a.log");
	assert_opens(folder, "chain.log", "data/a.log");
}

static void what_is_no_readable_file_is_told_apart(void **state)
{
	struct folder *folder = *state;
	char long_name[300] = {0};
	struct reason why;
	struct stat file;
	int fd;

	assert_int_equal(mkfifo(folder_path(folder, "fifo"), 0600), 0);
	make_link(folder, "loop", "loop", NOBODY_ELSE);
	make_link(folder, "null", "/dev/null", NOBODY_ELSE);
	make_link(folder, "nowhere", "nothing", NOBODY_ELSE);
	assert_fails(folder, "nothing", ERR_NOT_FOUND, "No such file");
	assert_fails(folder, "nowhere", ERR_NOT_FOUND, "No such file");
	assert_fails(folder, "", ERR_INVALID, "not a regular file");
	assert_fails(folder, "fifo", ERR_INVALID, "not a regular file");
	assert_fails(folder, "null", ERR_INVALID, "not a regular file");
	assert_fails(folder, "fifo/below", ERR_SYSTEM, "Not a directory");
	assert_fails(folder, "loop", ERR_SYSTEM, "Too many levels");
	memset(long_name, 'n', sizeof(long_name) - 1);
	assert_int_equal(safe_open(long_name, &fd, &file, &why), ERR_SYSTEM);
	assert_non_null(strstr(why.text, "too long"));
}

static void a_users_link_leads_only_to_the_same_users_files(void **state)
{
	struct folder *folder = *state;

	make_directory(folder, "app", APP, 0755);
	make_file(folder, "secret", ROOT);
	make_file(folder, "private", OTHER);
	make_file(folder, "app/real.log", APP);
	make_link(folder, "app/secret.log", "../secret", APP);
	make_link(folder, "app/private.log", "../private", APP);
	make_link(folder, "app/own.log", "real.log", APP);
	make_link(folder, "app/passwd.log", "/etc/passwd", APP);
	assert_opens(folder, "app/real.log", "app/real.log");
	assert_opens(folder, "app/own.log", "app/real.log");
	assert_fails(folder, "app/secret.log", ERR_FORBIDDEN,
		     "a link of user 12345 leads to a file of user 0");
	assert_fails(folder, "app/private.log", ERR_FORBIDDEN, "leads to a file of user 12346");
	assert_fails(folder, "app/passwd.log", ERR_FORBIDDEN, "leads to a file of user 0");
}

static void a_link_on_the_way_counts_like_one_at_the_end(void **state)
{
	struct folder *folder = *state;

	make_directory(folder, "app", APP, 0755);
	make_directory(folder, "root", ROOT, 0700);
	make_file(folder, "root/a.log", ROOT);
	make_link(folder, "app/current", "../root", APP);
	make_link(folder, "roots-own", "app/current/a.log", ROOT);
	assert_fails(folder, "app/current/a.log", ERR_FORBIDDEN, "leads to a file of user 0");
	assert_fails(folder, "roots-own", ERR_FORBIDDEN, "leads to a file of user 0");
}

static void links_of_two_users_lead_nowhere(void **state)
{
	struct folder *folder = *state;

	make_file(folder, "a.log", APP);
	make_link(folder, "first", "a.log", APP);
	make_link(folder, "second", "first", OTHER);
	assert_fails(folder, "second", ERR_FORBIDDEN,
		     "behind a link of user 12346, first is a link of user 12345");
}

static void a_second_name_counts_only_where_its_owner_or_root_gave_it(void **state)
{
	struct folder *folder = *state;

	make_directory(folder, "app", APP, 0755);
	make_directory(folder, "shared", ROOT, 01777);
	make_directory(folder, "closed", ROOT, 0755);
	make_file(folder, "secret", ROOT);
	make_file(folder, "app/a.log", APP);
	make_name(folder, "app/secret.log", "secret");
	make_name(folder, "shared/secret.log", "secret");
	make_name(folder, "closed/secret.log", "secret");
	make_name(folder, "app/b.log", "app/a.log");
	make_name(folder, "closed/a.log", "app/a.log");
	assert_fails(folder, "app/secret.log", ERR_FORBIDDEN, "belongs to user 0 and has 4 names");
	assert_fails(folder, "shared/secret.log", ERR_FORBIDDEN, "belongs to user 0 and has 4 names");
	assert_opens(folder, "closed/secret.log", "secret");
	assert_opens(folder, "app/b.log", "app/a.log");
	assert_opens(folder, "closed/a.log", "app/a.log");
}

static void a_link_of_roots_with_a_second_name_is_no_link_of_roots(void **state)
{
	struct folder *folder = *state;

	make_directory(folder, "app", APP, 0755);
	make_file(folder, "secret", ROOT);
	make_link(folder, "link", folder_path(folder, "secret"), ROOT);
	make_name(folder, "app/a.log", "link");
	assert_opens(folder, "link", "secret");
	assert_fails(folder, "app/a.log", ERR_FORBIDDEN, "has 2 names");
}

static void a_users_own_reporter_follows_the_users_links(void **state)
{
	struct folder *folder = *state;

	make_file(folder, "a.log", APP);
	make_link(folder, "link", "a.log", APP);
	make_link(folder, "of-other", "/etc/passwd", OTHER);
	assert_int_equal(chmod(folder->path, 0755), 0);
	assert_int_equal(seteuid(APP), 0);
	assert_opens(folder, "link", "a.log");
	assert_fails(folder, "of-other", ERR_FORBIDDEN, "a link of user 12346 leads to a file of user 0");
	assert_int_equal(seteuid(ROOT), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
	const struct CMUnitTest own[] = {
		TEST(plain_files_and_trusted_links_are_opened),
		TEST(what_is_no_readable_file_is_told_apart),
	};
	const struct CMUnitTest others[] = {
		TEST(a_users_link_leads_only_to_the_same_users_files),
		TEST(a_link_on_the_way_counts_like_one_at_the_end),
		TEST(links_of_two_users_lead_nowhere),
		TEST(a_second_name_counts_only_where_its_owner_or_root_gave_it),
		TEST(a_link_of_roots_with_a_second_name_is_no_link_of_roots),
		TEST(a_users_own_reporter_follows_the_users_links),
	};
	int failed = cmocka_run_group_tests_name("safe_open", own, NULL, NULL);

	if (geteuid() == ROOT)
		failed += cmocka_run_group_tests_name("safe_open of others' files", others, NULL, NULL);
	else
		print_message("only root can give files to others: their tests were left out\n");
	return failed;
}
