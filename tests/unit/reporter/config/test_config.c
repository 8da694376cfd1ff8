/* The configuration as a whole: what is taken, what is refused, and where the refusal points. */
#include "tests/unit/cm.h"
#include "tests/unit/reporter/config_text.h"
#include "tests/unit/reporter/folder.h"

#include <stdlib.h>
#include <string.h>

#define TEST_IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

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

	make_authority(folder);
	buf_printf(&text, format, folder_path(folder, "ca.pem"));
	config_text_take(text.data, &config);
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

	(void)state;
	config_text_take(CONFIG_TEXT_REPORTER, &config);
	assert_string_equal(config.reporter.coordinator, "https://c.example");
	assert_string_equal(config.reporter.token_file, "/etc/p2pdash/token");
	assert_string_equal(config.reporter.state_dir, "/var/lib/p2pdash");
	assert_string_equal(config.reporter.control_socket, "/run/p2pdash/reporter.sock");
	assert_null(config.reporter.ca_file);
	assert_int_equal(config.reporter.min_interval_s, 30);
	assert_int_equal(config.reporter.max_interval_s, 300);
	config_free(&config);
}

static void without_a_file_it_looks_at_this_machine(void **state)
{
	struct config config;
	struct reason why;

	(void)state;
	assert_int_equal(config_initial(&config, &why), ERR_NONE);
	assert_null(config.reporter.coordinator);
	assert_true(id_is_node(config.reporter.node_id));
	assert_string_equal(config.reporter.disk_path, "/");
	assert_string_equal(config.reporter.host_root, "/");
	assert_int_equal(config.services_count + config.logs_count + config.certificates.count, 0);
	config_free(&config);
}

static void a_refusal_names_file_and_line(void **state)
{
	(void)state;
	config_text_refuse(CONFIG_TEXT_REPORTER "\n[sevice x]\n",
			   "reporter.conf:5: unknown section [sevice]");
	config_text_refuse(CONFIG_TEXT_REPORTER "colour = red\n",
			   "reporter.conf:4: unknown key \"colour\" in [reporter]");
	config_text_refuse(CONFIG_TEXT_REPORTER "max_interval = often\n",
			   "reporter.conf:4: max_interval must be a whole number");
	config_text_refuse(CONFIG_TEXT_REPORTER "node_id = w-2\n",
			   "reporter.conf:4: node_id is there twice, first in line 3");
	config_text_refuse(CONFIG_TEXT_REPORTER "[log a]\nsource = pigeon\n",
			   ":5: source must be one of journal, file, socket");
	config_text_refuse(CONFIG_TEXT_REPORTER "[service a]\nunit = a\n", ":4: driver is missing");
	config_text_refuse(CONFIG_TEXT_REPORTER "[service a]\ndriver = exec\nunit = a\nstatus = /a\n",
			   ":6: unit does not go with driver = exec");
	config_text_refuse("x = 1\n", ":1: the first line must be a [section]");
	config_text_refuse("[reporter\n", ":1: the section's name must end with ]");
	config_text_refuse(CONFIG_TEXT_REPORTER "what\n", ":4: expected [section] or key = value");
	config_text_refuse("[log a]\nsource = journal\n", "there is no [reporter] section");
}

static void only_the_coordinators_own_reporter_may_hurry(void **state)
{
	struct config config;

	(void)state;
	config_text_refuse(CONFIG_TEXT_REPORTER "min_interval = 5\n",
			   ":4: min_interval must be at least 30 for a worker");
	config_text_refuse(CONFIG_TEXT_REPORTER "max_interval = 20\n",
			   ":4: max_interval must not be less than min_interval");
	config_text_take("[reporter]\ncoordinator = http://x\nnode_id = coordinator\n"
			 "min_interval = 1\nmax_interval = 5\n",
			 &config);
	assert_int_equal(config.reporter.max_interval_s, 5);
	config_free(&config);
}

static void a_restart_may_be_a_stop_and_a_start(void **state)
{
	struct config config;

	(void)state;
	config_text_take(CONFIG_TEXT_REPORTER "[service a]\ndriver = exec\nstatus = /a s\nstart = /a on\n"
					      "stop = /a off\nactions = restart\n",
			 &config);
	assert_int_equal(config.services[0].run[SERVICE_RESTART].count, 0);
	config_free(&config);
	config_text_refuse(CONFIG_TEXT_REPORTER
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
		cmocka_unit_test(without_a_file_it_looks_at_this_machine),
		cmocka_unit_test(a_refusal_names_file_and_line),
		cmocka_unit_test(only_the_coordinators_own_reporter_may_hurry),
		cmocka_unit_test(a_restart_may_be_a_stop_and_a_start),
		cmocka_unit_test(a_file_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
