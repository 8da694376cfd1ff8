/* Where to listen: how an address is read, and what becomes of the socket's file that is there already. */
#include "common/listen.h"
#include "tests/unit/cm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void addresses_are_read(void **state)
{
	struct listen_address address;
	struct reason why;

	(void)state;
	assert_int_equal(listen_address_parse("unix:run/relay.sock", &address, &why), ERR_NONE);
	assert_string_equal(address.path, "run/relay.sock");
	assert_int_equal(listen_address_parse("127.0.0.1:8090", &address, &why), ERR_NONE);
	assert_string_equal(address.path, "");
	assert_string_equal(address.host, "127.0.0.1");
	assert_int_equal(address.port, 8090);
	assert_int_equal(listen_address_parse("[::1]:65535", &address, &why), ERR_NONE);
	assert_string_equal(address.host, "::1");
	assert_int_equal(address.port, 65535);
}

static void other_addresses_are_refused(void **state)
{
	static const char *const BAD[] = {"",		"unix:",    "8090",    ":8090",	   "host:", "host:0",
					  "host:65536", "host:80x", "host:-1", "host: 80", "[]"};
	char longest[200];
	struct listen_address address;
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
		assert_int_equal(listen_address_parse(BAD[i], &address, &why), ERR_INVALID);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "unix:", 5);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(listen_address_parse(longest, &address, &why), ERR_INVALID);
}

/* A folder of its own for a test, and a path in it. */
struct place {
	char folder[64], path[80];
};

static struct place make_place(void)
{
	struct place place = {.folder = "/tmp/p2pdash-listen-XXXXXX"};

	assert_non_null(mkdtemp(place.folder));
	(void)snprintf(place.path, sizeof(place.path), "%s/socket", place.folder);
	return place;
}

static void remove_place(const struct place *place)
{
	(void)unlink(place->path);
	assert_int_equal(rmdir(place->folder), 0);
}

static void the_socket_of_a_program_that_died_is_replaced(void **state)
{
	static const int TYPES[] = {SOCK_STREAM, SOCK_DGRAM};

	(void)state;
	for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++) {
		struct place place = make_place();
		struct stat file;
		int dead = -1, fd = -1;

		assert_int_equal(listen_bind(place.path, TYPES[i], 0600, &dead), ERR_NONE);
		assert_int_equal(close(dead), 0);
		assert_int_equal(stat(place.path, &file), 0);
		assert_int_equal(listen_bind(place.path, TYPES[i], 0640, &fd), ERR_NONE);
		assert_int_equal(stat(place.path, &file), 0);
		assert_int_equal(file.st_mode & 0777, 0640);
		close(fd);
		remove_place(&place);
	}
}

static void the_socket_of_a_living_program_is_left_to_it(void **state)
{
	static const int TYPES[] = {SOCK_STREAM, SOCK_DGRAM};

	(void)state;
	for (size_t owner = 0; owner < 2; owner++)
		for (size_t newcomer = 0; newcomer < 2; newcomer++) {
			struct place place = make_place();
			struct stat before, after;
			int fd = -1, other = -1;

			assert_int_equal(listen_bind(place.path, TYPES[owner], 0600, &fd), ERR_NONE);
			if (TYPES[owner] == SOCK_STREAM)
				assert_int_equal(listen(fd, 0), 0);
			assert_int_equal(stat(place.path, &before), 0);
			assert_int_equal(listen_bind(place.path, TYPES[newcomer], 0600, &other),
					 ERR_CONFLICT);
			assert_int_equal(errno, EADDRINUSE);
			assert_int_equal(stat(place.path, &after), 0);
			assert_int_equal(before.st_ino, after.st_ino);
			close(fd);
			remove_place(&place);
		}
}

static void a_file_that_is_no_socket_stays(void **state)
{
	struct place place = make_place();
	struct listen_address address;
	char text[100];
	struct reason why;
	int fd = open(place.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600), other = -1;

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(listen_bind(place.path, SOCK_STREAM, 0600, &other), ERR_INVALID);
	assert_int_equal(errno, EEXIST);
	(void)snprintf(text, sizeof(text), "unix:%s", place.path);
	assert_int_equal(listen_address_parse(text, &address, &why), ERR_NONE);
	assert_int_equal(listen_address_try(&address, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "File exists"));
	assert_int_equal(listen_open(text, &other, &why), ERR_INVALID);
	listen_remove(place.path);
	listen_close(text, fd);
	assert_int_equal(access(place.path, F_OK), 0);
	remove_place(&place);
}

static void a_trial_leaves_nothing_behind(void **state)
{
	struct place place = make_place();
	struct listen_address address = {{0}, {0}, 0};
	struct reason why;

	(void)state;
	memcpy(address.path, place.path, sizeof(place.path));
	assert_int_equal(listen_address_try(&address, &why), ERR_NONE);
	assert_int_equal(access(place.path, F_OK), -1);
	address = (struct listen_address){.host = "localhost", .port = 1};
	assert_int_equal(listen_address_try(&address, &why), ERR_INVALID);
	remove_place(&place);
}

static void an_open_socket_takes_connections_until_it_is_closed(void **state)
{
	struct place place = make_place();
	char text[100];
	struct stat file;
	struct reason why;
	int fd = -1, other = -1;

	(void)state;
	(void)snprintf(text, sizeof(text), "unix:%s", place.path);
	assert_int_equal(listen_open(text, &fd, &why), ERR_NONE);
	assert_int_equal(stat(place.path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0660);
	assert_int_equal(listen_bind(place.path, SOCK_STREAM, 0660, &other), ERR_CONFLICT);
	listen_close(text, fd);
	assert_int_equal(access(place.path, F_OK), -1);
	remove_place(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(other_addresses_are_refused),
		cmocka_unit_test(the_socket_of_a_program_that_died_is_replaced),
		cmocka_unit_test(the_socket_of_a_living_program_is_left_to_it),
		cmocka_unit_test(a_file_that_is_no_socket_stays),
		cmocka_unit_test(a_trial_leaves_nothing_behind),
		cmocka_unit_test(an_open_socket_takes_connections_until_it_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
