/* The configuration: what is taken, what is refused, and where the refusal points. */
#include "common/mem.h"
#include "reporter/config/config.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEST_IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

#define REPORTER "[reporter]\ncoordinator = https://c.example/\nnode_id = w-1\n"

static enum err read_text(const char *text, struct config *config, struct reason *why)
{
	struct folder folder;
	enum err err;

	folder_make(&folder);
	err = config_read(folder_write(&folder, "reporter.conf", text), config, why);
	folder_remove(&folder);
	return err;
}

static void assert_refused(const char *text, const char *expected)
{
	struct config config = {0};
	struct reason why = {.text = ""};

	assert_int_not_equal(read_text(text, &config, &why), ERR_NONE);
	if (!strstr(why.text, expected))
		fail_msg("expected \"%s\" in \"%s\"", expected, why.text);
	assert_null(config.reporter.coordinator);
}

static void make_authority(struct folder *folder)
{
	struct buf command = {0};

	buf_printf(
		&command,
		"cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=own "
		"-keyout ca.key -out ca.pem 2>openssl.log",
		folder->path);
	assert_int_equal(system(command.data), 0);
	buf_free(&command);
}

static void the_contracts_example_is_taken_whole(void **state)
{
	static const char format[] =
		"[reporter]\n"
		"coordinator = https://coordinator.example    ; http://localhost:8080 in development\n"
		"node_id     = worker-001\n"
		"token_file  = /etc/p2pdash/token             ; refused if others can read it\n"
		"ca_file     = %s                             ; optional, to trust a private CA\n"
		"state_dir   = /var/lib/p2pdash               ; spool, cursors, last sample\n"
		"control_socket = /run/p2pdash/reporter.sock\n"
		"min_interval = 30                            ; seconds\n"
		"max_interval = 300\n"
		"disk_path   = /\n\n"
		"[service nginx]                              ; only what is listed here\n"
		"driver = systemd                             ; systemd | docker | exec\n"
		"unit   = nginx.service                       ; docker: container = NAME\n"
		"description = Web server\n"
		"actions = start,stop,restart\n\n"
		"[service legacy]\n"
		"driver = exec\n"
		"start  = /opt/legacy/ctl start\n"
		"stop   = /opt/legacy/ctl stop \"two words\" 'x'\n"
		"status = /opt/legacy/ctl status              ; 0 running\n"
		"timeout = 60\n\n"
		"[log journal]\nsource = journal\nlevel  = INFO\nunits = a.service, b.service\n\n"
		"[log app]\nsource = file\npath   = /var/log/app/*.log\nlogger = Service.app\nformat = "
		"auto\n\n"
		"[log apps]\nsource = socket\npath   = /run/p2pdash/log.sock\n\n"
		"[certificates]\npaths = /etc/ssl/certs/site.pem, /etc/letsencrypt/live/*/cert.pem\n";
	struct folder *folder = *state;
	struct buf text = {0};
	struct config config;
	struct reason why;

	make_authority(folder);
	buf_printf(&text, format, folder_path(folder, "ca.pem"));
	if (read_text(text.data, &config, &why))
		fail_msg("%s", why.text);
	buf_free(&text);
	assert_string_equal(config.reporter.coordinator, "https://coordinator.example");
	assert_string_equal(config.reporter.ca_file, folder_path(folder, "ca.pem"));
	assert_string_equal(config.reporter.node_id, "worker-001");
	assert_string_equal(config.reporter.disk_path, "/");
	assert_int_equal(config.services_count, 2);
	assert_int_equal(config.services[0].actions, 7);
	assert_string_equal(config.services[0].description, "Web server");
	assert_int_equal(config.services[0].timeout_s, 30);
	assert_int_equal(config.services[1].driver, DRIVER_EXEC);
	assert_int_equal(config.services[1].actions, 0);
	assert_int_equal(config.services[1].run[SERVICE_STOP].count, 4);
	assert_string_equal(config.services[1].run[SERVICE_STOP].items[2], "two words");
	assert_null(config.services[1].run[SERVICE_STOP].items[4]);
	assert_int_equal(config.logs_count, 3);
	assert_int_equal(config.logs[0].level, LEVEL_INFO);
	assert_string_equal(config.logs[0].units.items[1], "b.service");
	assert_string_equal(config.logs[1].logger, "Service.app");
	assert_string_equal(config.logs[2].logger, "apps");
	assert_int_equal(config.certificates.count, 2);
	config_free(&config);
	assert_int_equal(config.services_count, 0);
}

static void what_is_not_said_has_its_default(void **state)
{
	struct config config;
	struct reason why;

	(void)state;
	assert_int_equal(read_text(REPORTER, &config, &why), ERR_NONE);
	assert_string_equal(config.reporter.coordinator, "https://c.example");
	assert_string_equal(config.reporter.token_file, "/etc/p2pdash/token");
	assert_string_equal(config.reporter.state_dir, "/var/lib/p2pdash");
	assert_string_equal(config.reporter.control_socket, "/run/p2pdash/reporter.sock");
	assert_null(config.reporter.ca_file);
	assert_int_equal(config.reporter.min_interval_s, 30);
	assert_int_equal(config.reporter.max_interval_s, 300);
	config_free(&config);
}

static void a_refusal_names_file_and_line(void **state)
{
	(void)state;
	assert_refused(REPORTER "\n[sevice x]\n", "reporter.conf:5: unknown section [sevice]");
	assert_refused(REPORTER "colour = red\n", "reporter.conf:4: unknown key \"colour\" in [reporter]");
	assert_refused(REPORTER "max_interval = often\n",
		       "reporter.conf:4: max_interval must be a whole number");
	assert_refused(REPORTER "node_id = w-2\n",
		       "reporter.conf:4: node_id is there twice, first in line 3");
	assert_refused(REPORTER "[log a]\nsource = pigeon\n",
		       ":5: source must be one of journal, file, socket");
	assert_refused(REPORTER "[service a]\nunit = a\n", ":4: driver is missing");
	assert_refused(REPORTER "[service a]\ndriver = exec\nunit = a\nstatus = /a\n",
		       ":6: unit does not go with driver = exec");
	assert_refused("x = 1\n", ":1: the first line must be a [section]");
	assert_refused("[reporter\n", ":1: the section's name must end with ]");
	assert_refused(REPORTER "what\n", ":4: expected [section] or key = value");
	assert_refused("[log a]\nsource = journal\n", "there is no [reporter] section");
}

static void bad_values_are_refused(void **state)
{
	(void)state;
	assert_refused("[reporter]\nnode_id = w\n", ":1: coordinator is missing");
	assert_refused("[reporter]\ncoordinator = ftp://x\n", ":2: coordinator must be https://HOST");
	assert_refused("[reporter]\ncoordinator = https://user:pw@x\n", ":2: coordinator must be");
	assert_refused("[reporter]\ncoordinator = https://x\nnode_id = a/b\n", ":3: node_id must be");
	assert_refused(REPORTER "token_file =\n", ":4: token_file must not be empty");
	assert_refused(REPORTER "[service]\n", ":4: [service NAME] needs a name");
	assert_refused(REPORTER "[service a b]\n", ":4: [service NAME] needs a name");
	assert_refused(REPORTER "[certificates x]\n", ":4: [certificates] takes no name");
	assert_refused(REPORTER "[log a]\nsource = journal\n[log a]\n", ":6: [log a] is there twice");
	assert_refused(REPORTER "[log a]\nsource = socket\npath = /a, /b\n", ":6: path must be one socket");
	assert_refused(REPORTER "[log a]\nsource = journal\nlevel = LOUD\n", ":6: level must be DEBUG");
	assert_refused(REPORTER "[service a]\ndriver = exec\nstatus = ctl status\n",
		       ":6: status must begin with a program's absolute path");
	assert_refused(REPORTER "[service a]\ndriver = exec\nstatus = /a \"b\n",
		       ":6: status has an open quote");
	assert_refused(REPORTER "[service a]\ndriver = exec\nstatus = /a\nactions = start\n",
		       ":7: actions allows start, but there is no command for it");
	assert_refused(REPORTER "[service a]\ndriver = systemd\nunit = a\nactions = start, kill\n",
		       ":7: actions may hold start, stop or restart, not \"kill\"");
}

/* The description of a service whose section ends with this line. */
static void assert_description(const char *line, const char *expected)
{
	struct buf text = {0};
	struct config config;
	struct reason why;

	buf_printf(&text, REPORTER "[service a]\ndriver = systemd\nunit = a.service\n%s\n", line);
	if (read_text(text.data, &config, &why))
		fail_msg("%s: %s", line, why.text);
	assert_string_equal(config.services[0].description, expected);
	config_free(&config);
	buf_free(&text);
}

static void a_semicolon_after_a_blank_begins_a_comment_and_nothing_else_does(void **state)
{
	(void)state;
	assert_description("description = Server ; the first", "Server");
	assert_description("description = Server\t;the first", "Server");
	assert_description("description = Server;1", "Server;1");
	assert_description("description = Server #1", "Server #1");
	assert_description("description = #1 of them", "#1 of them");
	assert_description("description = Bob's server ; not Ann's", "Bob's server");
	assert_description("description = the 5\" one ; small", "the 5\" one");
	assert_description("description = ' ; ' parts them ; as here", "' ; ' parts them");
	assert_description("\t; description = x\n  # description = y\ndescription=z", "z");
}

static void a_comment_does_not_begin_within_quotes(void **state)
{
	struct config config;
	struct reason why;

	(void)state;
	if (read_text(REPORTER
		      "[service a]\ndriver = exec ; \"\nstatus = /bin/sh -c \"true ; exit 3\" ; stopped\n"
		      "start = /bin/sh --command='a ; \"b' \"c ; 'd\"\n",
		      &config, &why))
		fail_msg("%s", why.text);
	assert_int_equal(config.services[0].status.count, 3);
	assert_string_equal(config.services[0].status.items[2], "true ; exit 3");
	assert_string_equal(config.services[0].run[SERVICE_START].items[1], "--command=a ; \"b");
	assert_string_equal(config.services[0].run[SERVICE_START].items[2], "c ; 'd");
	config_free(&config);
}

static void a_byte_order_mark_begins_no_line_but_the_first(void **state)
{
	struct config config;
	struct reason why;

	(void)state;
	if (read_text("\xef\xbb\xbf" REPORTER, &config, &why))
		fail_msg("%s", why.text);
	assert_string_equal(config.reporter.node_id, "w-1");
	config_free(&config);
	assert_refused(REPORTER "\xef\xbb\xbf[certificates]\n", ":4: expected [section] or key = value");
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
		struct reason why;

		buf_printf(&text, "[reporter]\ncoordinator = %s\nnode_id = w\n", GOOD[i]);
		if (read_text(text.data, &config, &why))
			fail_msg("%s", why.text);
		config_free(&config);
		buf_free(&text);
	}
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct buf text = {0};

		buf_printf(&text, "[reporter]\ncoordinator = %s\nnode_id = w\n", BAD[i]);
		assert_refused(text.data, ":2: coordinator must be https://HOST");
		buf_free(&text);
	}
}

/* The reporter's section with one more line, which holds the path of something in the folder. */
static void assert_path_refused(struct folder *folder, const char *key, const char *name,
				const char *expected)
{
	struct buf text = {0};

	buf_printf(&text, REPORTER "%s = %s\n", key, folder_path(folder, name));
	assert_refused(text.data, expected);
	buf_free(&text);
}

static void what_must_be_there_and_is_not_is_refused(void **state)
{
	struct folder *folder = *state;
	struct buf text = {0};

	assert_refused(REPORTER "ca_file = /nonexistent\n",
		       ":4: ca_file /nonexistent cannot be read: No such file or directory");
	(void)folder_write(folder, "empty", "");
	assert_path_refused(folder, "ca_file", "empty", "/empty holds no certificate in PEM");
	assert_path_refused(folder, "ca_file", "", " holds no certificate in PEM");
	assert_path_refused(folder, "state_dir", "empty", "/empty is not a directory");
	assert_path_refused(folder, "state_dir", "empty/state", "/state cannot be made: Not a directory");
	assert_refused(REPORTER "state_dir = /nowhere/p2pdash\n",
		       ":4: state_dir /nowhere/p2pdash cannot be made: No such file or directory");
	assert_refused(REPORTER "disk_path = /nonexistent\n",
		       ":4: disk_path: /nonexistent cannot be measured: No such file or directory");
	assert_path_refused(folder, "host_root", "empty", "/empty is not a directory");
	assert_refused(REPORTER "host_root = /nonexistent\n",
		       ":4: host_root /nonexistent cannot be read: No such file or directory");
	buf_printf(&text, REPORTER "host_root = %s/\ndisk_path = /etc\n", folder->path);
	assert_refused(text.data, ":5: disk_path: /tmp/");
	buf_free(&text);
}

static void what_will_be_made_need_not_be_there(void **state)
{
	struct folder *folder = *state;
	struct buf text = {0};
	struct config config;
	struct reason why;

	(void)folder_write(folder, "disk", "");
	buf_printf(&text, REPORTER "state_dir = %s/state/\nhost_root = %s\ndisk_path = disk\n", folder->path,
		   folder->path);
	if (read_text(text.data, &config, &why))
		fail_msg("%s", why.text);
	config_free(&config);
	buf_free(&text);
}

static void a_sockets_path_fits_its_address(void **state)
{
	static const char *const SECTIONS[] = {
		REPORTER "control_socket = ",
		REPORTER "[log a]\nsource = socket\npath = ",
		REPORTER "[service a]\ndriver = docker\ncontainer = a\nsocket = ",
	};
	static const char *const REFUSALS[] = {":4: control_socket ", ":6: path ", ":7: socket "};

	(void)state;
	for (size_t i = 0; i < sizeof(SECTIONS) / sizeof(SECTIONS[0]); i++) {
		struct buf fits = {0}, too_long = {0};
		struct config config;
		struct reason why;

		buf_printf(&fits, "%s/%0*d\n", SECTIONS[i], 106, 0);
		if (read_text(fits.data, &config, &why))
			fail_msg("%s", why.text);
		config_free(&config);
		buf_printf(&too_long, "%s/%0*d\n", SECTIONS[i], 107, 0);
		assert_refused(too_long.data, REFUSALS[i]);
		assert_refused(too_long.data, " must have at most 107 bytes");
		buf_free(&fits);
		buf_free(&too_long);
	}
}

static void only_the_coordinators_own_reporter_may_hurry(void **state)
{
	struct config config;
	struct reason why;

	(void)state;
	assert_refused(REPORTER "min_interval = 5\n", ":4: min_interval must be at least 30 for a worker");
	assert_refused(REPORTER "max_interval = 20\n", ":4: max_interval must not be less than min_interval");
	assert_int_equal(read_text("[reporter]\ncoordinator = http://x\nnode_id = coordinator\n"
				   "min_interval = 1\nmax_interval = 5\n",
				   &config, &why),
			 ERR_NONE);
	assert_int_equal(config.reporter.max_interval_s, 5);
	config_free(&config);
}

static void a_restart_may_be_a_stop_and_a_start(void **state)
{
	struct config config;
	struct reason why;

	(void)state;
	assert_int_equal(read_text(REPORTER "[service a]\ndriver = exec\nstatus = /a s\nstart = /a on\n"
					    "stop = /a off\nactions = restart\n",
				   &config, &why),
			 ERR_NONE);
	assert_int_equal(config.services[0].run[SERVICE_RESTART].count, 0);
	config_free(&config);
	assert_refused(REPORTER
		       "[service a]\ndriver = exec\nstatus = /a s\nstart = /a on\nactions = restart\n",
		       ":8: actions allows restart");
}

static void a_file_that_is_not_there_is_named(void **state)
{
	struct config config;
	struct reason why;

	(void)state;
	assert_int_equal(config_read("/nowhere/reporter.conf", &config, &why), ERR_SYSTEM);
	assert_non_null(strstr(why.text, "/nowhere/reporter.conf: cannot be read: No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_IN_FOLDER(the_contracts_example_is_taken_whole),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(a_refusal_names_file_and_line),
		cmocka_unit_test(bad_values_are_refused),
		cmocka_unit_test(a_semicolon_after_a_blank_begins_a_comment_and_nothing_else_does),
		cmocka_unit_test(a_comment_does_not_begin_within_quotes),
		cmocka_unit_test(a_byte_order_mark_begins_no_line_but_the_first),
		cmocka_unit_test(a_coordinators_address_is_one_that_can_be_called),
		TEST_IN_FOLDER(what_must_be_there_and_is_not_is_refused),
		TEST_IN_FOLDER(what_will_be_made_need_not_be_there),
		cmocka_unit_test(a_sockets_path_fits_its_address),
		cmocka_unit_test(only_the_coordinators_own_reporter_may_hurry),
		cmocka_unit_test(a_restart_may_be_a_stop_and_a_start),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
