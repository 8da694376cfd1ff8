/* Values by their types: which are taken, and what must be there for them. */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/config_text.h"
#include "tests/unit/reporter/folder.h"

#define TEST_IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

static void bad_values_are_refused(void **state)
{
	(void)state;
	config_text_refuse("[reporter]\nnode_id = w\n", ":1: coordinator is missing");
	config_text_refuse("[reporter]\ncoordinator = ftp://x\n", ":2: coordinator must be https://HOST");
	config_text_refuse("[reporter]\ncoordinator = https://user:pw@x\n", ":2: coordinator must be");
	config_text_refuse("[reporter]\ncoordinator = https://x\nnode_id = a/b\n", ":3: node_id must be");
	config_text_refuse(CONFIG_TEXT_REPORTER "token_file =\n", ":4: token_file must not be empty");
	config_text_refuse(CONFIG_TEXT_REPORTER "[service]\n", ":4: [service NAME] needs a name");
	config_text_refuse(CONFIG_TEXT_REPORTER "[service a b]\n", ":4: [service NAME] needs a name");
	config_text_refuse(CONFIG_TEXT_REPORTER "[certificates x]\n", ":4: [certificates] takes no name");
	config_text_refuse(CONFIG_TEXT_REPORTER "[log a]\nsource = journal\n[log a]\n",
			   ":6: [log a] is there twice");
	config_text_refuse(CONFIG_TEXT_REPORTER "[log a]\nsource = socket\npath = /a, /b\n",
			   ":6: path must be one socket");
	config_text_refuse(CONFIG_TEXT_REPORTER "[log a]\nsource = journal\nlevel = LOUD\n",
			   ":6: level must be DEBUG");
	config_text_refuse(CONFIG_TEXT_REPORTER
			   "[log a]\nsource = journal\nnamespace = web\ndirectory = /var/log\n",
			   ":6: namespace does not go with directory");
	config_text_refuse(CONFIG_TEXT_REPORTER "[service a]\ndriver = exec\nstatus = ctl status\n",
			   ":6: status must begin with a program's absolute path");
	config_text_refuse(CONFIG_TEXT_REPORTER "[service a]\ndriver = exec\nstatus = /a \"b\n",
			   ":6: status has an open quote");
	config_text_refuse(CONFIG_TEXT_REPORTER "[service a]\ndriver = exec\nstatus = /a\nactions = start\n",
			   ":7: actions allows start, but there is no command for it");
	config_text_refuse(CONFIG_TEXT_REPORTER
			   "[service a]\ndriver = systemd\nunit = a\nactions = start, kill\n",
			   ":7: actions may hold start, stop or restart, not \"kill\"");
}

static void as_many_sections_as_there_may_be_leave_room_for_others(void **state)
{
	struct buf text = {0};
	struct config config;

	(void)state;
	buf_text(&text, CONFIG_TEXT_REPORTER);
	for (int i = 0; i < 64; i++)
		buf_printf(&text, "[log l%d]\nsource = journal\nnamespace = n%d\n", i, i);
	buf_text(&text, "[service a]\ndriver = systemd\nunit = a.service\n[certificates]\npaths = /a.pem\n");
	config_text_take(text.data, &config);
	assert_int_equal(config.logs_count, 64);
	assert_string_equal(config.logs[63].namespace, "n63");
	assert_int_equal(config.certificates.count, 1);
	config_free(&config);
	buf_text(&text, "[log last]\nsource = journal\n");
	config_text_refuse(text.data, ":201: [log last] is one too many: there may be 64");
	buf_free(&text);
}

static void a_coordinators_address_is_one_that_can_be_called(void **state)
{
	static const char *const GOOD[] = {
		"http://localhost:8080",
		"https://127.0.0.1:65535/",
		"https://c.example./behind/a/prefix",
		"http://[2001:db8::1]:8080",
		"http://[::1]",
		"http://[fe80::1%25eth0]:80",
		"https://my_host-1",
		"https://k\xc3\xbchl.example",
	};
	static const char *const BAD[] = {
		"https://host:99999", "http://host:abc/x",  "http:///x",   "http://",	  "http://:80",
		"http://host:",	      "http://host:0",	    "http://[::1", "http://[zz]", "http://[::1]x",
		"http://a,b",	      "http://a b",	    "http://a\\b", "//a",	  "http://[]",
		"http://host:+80",    "http://host:080800",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
		struct buf text = {0};
		struct config config;

		buf_printf(&text, "[reporter]\ncoordinator = %s\nnode_id = w\n", GOOD[i]);
		config_text_take(text.data, &config);
		config_free(&config);
		buf_free(&text);
	}
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct buf text = {0};

		buf_printf(&text, "[reporter]\ncoordinator = %s\nnode_id = w\n", BAD[i]);
		config_text_refuse(text.data, ":2: coordinator must be https://HOST");
		buf_free(&text);
	}
}

/* The reporter's section with one more line, which holds the path of something in the folder. */
static void assert_path_refused(struct folder *folder, const char *key, const char *name,
				const char *expected)
{
	struct buf text = {0};

	buf_printf(&text, CONFIG_TEXT_REPORTER "%s = %s\n", key, folder_path(folder, name));
	config_text_refuse(text.data, expected);
	buf_free(&text);
}

static void what_must_be_there_and_is_not_is_refused(void **state)
{
	struct folder *folder = *state;
	struct buf text = {0};

	config_text_refuse(CONFIG_TEXT_REPORTER "ca_file = /nonexistent\n",
			   ":4: ca_file /nonexistent cannot be read: No such file or directory");
	(void)folder_write(folder, "empty", "");
	assert_path_refused(folder, "ca_file", "empty", "/empty holds no certificate in PEM");
	assert_path_refused(folder, "ca_file", "", " holds no certificate in PEM");
	assert_path_refused(folder, "state_dir", "empty", "/empty is not a directory");
	assert_path_refused(folder, "state_dir", "empty/state", "/state cannot be made: Not a directory");
	config_text_refuse(CONFIG_TEXT_REPORTER "state_dir = /nowhere/p2pdash\n",
			   ":4: state_dir /nowhere/p2pdash cannot be made: No such file or directory");
	config_text_refuse(CONFIG_TEXT_REPORTER "disk_path = /nonexistent\n",
			   ":4: disk_path: /nonexistent cannot be measured: No such file or directory");
	assert_path_refused(folder, "host_root", "empty", "/empty is not a directory");
	config_text_refuse(CONFIG_TEXT_REPORTER "host_root = /nonexistent\n",
			   ":4: host_root /nonexistent cannot be read: No such file or directory");
	buf_printf(&text, CONFIG_TEXT_REPORTER "host_root = %s/\ndisk_path = /etc\n", folder->path);
	config_text_refuse(text.data, ":5: disk_path: /tmp/");
	buf_free(&text);
}

static void what_will_be_made_need_not_be_there(void **state)
{
	struct folder *folder = *state;
	struct buf text = {0};
	struct config config;

	(void)folder_write(folder, "disk", "");
	buf_printf(&text, CONFIG_TEXT_REPORTER "state_dir = %s/state/\nhost_root = %s\ndisk_path = disk\n",
		   folder->path, folder->path);
	config_text_take(text.data, &config);
	config_free(&config);
	buf_free(&text);
}

static void a_sockets_path_fits_its_address(void **state)
{
	static const char *const SECTIONS[] = {
		CONFIG_TEXT_REPORTER "control_socket = ",
		CONFIG_TEXT_REPORTER "[log a]\nsource = socket\npath = ",
		CONFIG_TEXT_REPORTER "[service a]\ndriver = docker\ncontainer = a\nsocket = ",
	};
	static const char *const REFUSALS[] = {":4: control_socket ", ":6: path ", ":7: socket "};

	(void)state;
	for (size_t i = 0; i < sizeof(SECTIONS) / sizeof(SECTIONS[0]); i++) {
		struct buf fits = {0}, too_long = {0};
		struct config config;

		buf_printf(&fits, "%s/%0*d\n", SECTIONS[i], 106, 0);
		config_text_take(fits.data, &config);
		config_free(&config);
		buf_printf(&too_long, "%s/%0*d\n", SECTIONS[i], 107, 0);
		config_text_refuse(too_long.data, REFUSALS[i]);
		config_text_refuse(too_long.data, " must have at most 107 bytes");
		buf_free(&fits);
		buf_free(&too_long);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(as_many_sections_as_there_may_be_leave_room_for_others),
		cmocka_unit_test(a_coordinators_address_is_one_that_can_be_called),
		TEST_IN_FOLDER(what_must_be_there_and_is_not_is_refused),
		TEST_IN_FOLDER(what_will_be_made_need_not_be_there),
		cmocka_unit_test(a_sockets_path_fits_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
