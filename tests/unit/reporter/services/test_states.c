/* What systemd and Docker say of a service, and what is made of it */
#include "reporter/services/docker_container.h"
#include "reporter/services/systemd_unit.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

static void states_of_a_unit_are_those_of_its_service(void **state)
{
	static const struct {
		struct systemd_unit unit;
		enum service_status status;
		bool installed;
	} CASES[] = {
		{{.load = "loaded", .active = "active", .sub = "running"}, SERVICE_RUNNING, true},
		{{.load = "loaded", .active = "active", .sub = "exited"}, SERVICE_RUNNING, true},
		{{.load = "loaded", .active = "reloading", .sub = "reload"}, SERVICE_RUNNING, true},
		{{.load = "loaded", .active = "deactivating", .sub = "stop-sigterm"}, SERVICE_RUNNING, true},
		{{.load = "loaded", .active = "activating", .sub = "start-pre"}, SERVICE_STOPPED, true},
		{{.load = "loaded", .active = "activating", .sub = "auto-restart"}, SERVICE_ERROR, true},
		{{.load = "loaded", .active = "inactive", .sub = "dead"}, SERVICE_STOPPED, true},
		{{.load = "loaded", .active = "failed", .sub = "failed"}, SERVICE_ERROR, true},
		{{.load = "masked", .active = "inactive", .sub = "dead"}, SERVICE_STOPPED, true},
		{{.load = "not-found", .active = "inactive", .sub = "dead"}, SERVICE_ERROR, false},
		{{.load = "not-found", .active = "active", .sub = "running"}, SERVICE_RUNNING, false},
		{{.load = "loaded", .active = "of a later systemd", .sub = ""}, SERVICE_ERROR, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct service_state got = systemd_unit_state(&CASES[i].unit);

		assert_int_equal(got.status, CASES[i].status);
		assert_int_equal(got.installed, CASES[i].installed);
	}
}

/* Property sets in the form of org.freedesktop.systemd1(5), written by hand. */
static void a_unit_tells_its_own_word_since_when_and_how_it_failed(void **state)
{
	static const struct {
		struct systemd_unit unit;
		enum service_status status;
		const char *detail;
		int64_t since_ms;
		const char *failure;
		int64_t failed_ms;
	} CASES[] = {
		/* A long oneshot at work. */
		{{.load = "loaded",
		  .active = "activating",
		  .sub = "start",
		  .main_pid = 321,
		  .main_started_us = 9000},
		 SERVICE_RUNNING,
		 "activating (start)",
		 9,
		 "",
		 0},
		/* Type=notify that has not said yet that it is ready; it ran before. */
		{{.load = "loaded",
		  .active = "activating",
		  .sub = "start",
		  .main_pid = 322,
		  .active_us = 1000,
		  .inactive_us = 5000,
		  .main_started_us = 7000,
		  .result = "success"},
		 SERVICE_RUNNING,
		 "activating (start)",
		 7,
		 "",
		 0},
		/* ExecStartPre: no main process yet. */
		{{.load = "loaded", .active = "activating", .sub = "start-pre", .inactive_us = 5000},
		 SERVICE_STOPPED,
		 "activating (start-pre)",
		 5,
		 "",
		 0},
		/* It died and waits for RestartSec. */
		{{.load = "loaded",
		  .active = "activating",
		  .sub = "auto-restart",
		  .result = "exit-code",
		  .exit_code = 1,
		  .exit_status = 3,
		  .inactive_us = 8000,
		  .main_started_us = 6000,
		  .main_exited_us = 7000},
		 SERVICE_ERROR,
		 "activating (auto-restart)",
		 8,
		 "exit-code, exit status 3",
		 7},
		/* It ended well and waits for RestartSec. */
		{{.load = "loaded",
		  .active = "activating",
		  .sub = "auto-restart",
		  .result = "success",
		  .exit_code = 1,
		  .inactive_us = 8000},
		 SERVICE_STOPPED,
		 "activating (auto-restart)",
		 8,
		 "",
		 0},
		{{.load = "loaded",
		  .active = "failed",
		  .sub = "failed",
		  .result = "signal",
		  .exit_code = 2,
		  .exit_status = 9,
		  .inactive_us = 8000,
		  .main_started_us = 2000,
		  .main_exited_us = 8000},
		 SERVICE_ERROR,
		 "failed (failed)",
		 8,
		 "signal, signal 9",
		 8},
		{{.load = "loaded",
		  .active = "failed",
		  .sub = "failed",
		  .result = "start-limit-hit",
		  .exit_code = 1,
		  .exit_status = 1,
		  .inactive_us = 8000},
		 SERVICE_ERROR,
		 "failed (failed)",
		 8,
		 "start-limit-hit, exit status 1",
		 8},
		{{.load = "bad-setting",
		  .load_error = "Unit bad.service has a bad unit file setting.",
		  .active = "inactive",
		  .sub = "dead"},
		 SERVICE_ERROR,
		 "bad-setting",
		 0,
		 "Unit bad.service has a bad unit file setting.",
		 0},
		{{.load = "error",
		  .load_error = "Unit x.service failed to load: Is a directory.",
		  .active = "inactive",
		  .sub = "dead"},
		 SERVICE_ERROR,
		 "error",
		 0,
		 "Unit x.service failed to load: Is a directory.",
		 0},
		{{.load = "not-found",
		  .load_error = "Unit no.service not found.",
		  .active = "inactive",
		  .sub = "dead"},
		 SERVICE_ERROR,
		 "not-found",
		 0,
		 "Unit no.service not found.",
		 0},
		/* Its file was broken while it ran. */
		{{.load = "bad-setting",
		  .load_error = "Unit bad.service has a bad unit file setting.",
		  .active = "active",
		  .sub = "running",
		  .main_pid = 5,
		  .main_started_us = 4000},
		 SERVICE_RUNNING,
		 "active (running), bad-setting",
		 4,
		 "",
		 0},
		{{.load = "masked", .active = "inactive", .sub = "dead"},
		 SERVICE_STOPPED,
		 "masked",
		 0,
		 "",
		 0},
		/* A oneshot that is done and remains; a target, which has no process. */
		{{.load = "loaded",
		  .active = "active",
		  .sub = "exited",
		  .active_us = 6000,
		  .main_started_us = 5000},
		 SERVICE_RUNNING,
		 "active (exited)",
		 5,
		 "",
		 0},
		{{.load = "loaded", .active = "active", .sub = "active", .active_us = 6000},
		 SERVICE_RUNNING,
		 "active (active)",
		 6,
		 "",
		 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct service_state got = systemd_unit_state(&CASES[i].unit);

		assert_string_equal(got.detail, CASES[i].detail);
		assert_int_equal(got.status, CASES[i].status);
		assert_int_equal(got.since_ms, CASES[i].since_ms);
		assert_string_equal(got.failure, CASES[i].failure);
		assert_int_equal(got.failed_ms, CASES[i].failed_ms);
	}
}

static void states_of_a_container_are_those_of_its_service(void **state)
{
	static const struct {
		const char *inside; /* of "State" */
		enum service_status status;
		int64_t started_ms;
	} CASES[] = {
		{"\"Status\":\"running\",\"StartedAt\":\"2025-11-17T10:30:00.123456789Z\"", SERVICE_RUNNING,
		 1763375400123},
		{"\"Status\":\"running\",\"StartedAt\":\"nonsense\"", SERVICE_RUNNING, 0},
		{"\"Status\":\"running\",\"Health\":{\"Status\":\"healthy\"}", SERVICE_RUNNING, 0},
		{"\"Status\":\"running\",\"Health\":{\"Status\":\"unhealthy\"}", SERVICE_ERROR, 0},
		{"\"Status\":\"created\",\"ExitCode\":0", SERVICE_STOPPED, 0},
		{"\"Status\":\"paused\"", SERVICE_STOPPED, 0},
		{"\"Status\":\"restarting\",\"ExitCode\":1", SERVICE_ERROR, 0},
		{"\"Status\":\"exited\",\"ExitCode\":0,\"StartedAt\":\"2025-11-17T10:30:00Z\"",
		 SERVICE_STOPPED, 0},
		{"\"Status\":\"exited\",\"ExitCode\":143", SERVICE_STOPPED, 0},
		{"\"Status\":\"exited\",\"ExitCode\":137", SERVICE_STOPPED, 0},
		{"\"Status\":\"exited\",\"ExitCode\":137,\"OOMKilled\":true", SERVICE_ERROR, 0},
		{"\"Status\":\"exited\",\"ExitCode\":1", SERVICE_ERROR, 0},
		{"\"Status\":\"dead\"", SERVICE_ERROR, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct service_state got;
		char body[256];
		int len = snprintf(body, sizeof(body), "{\"Id\":\"3f4e\",\"State\":{%s}}", CASES[i].inside);

		assert_int_equal(docker_container_read(body, (size_t)len, &got), ERR_NONE);
		assert_int_equal(got.status, CASES[i].status);
		assert_int_equal(got.started_ms, CASES[i].started_ms);
		assert_true(got.installed);
	}
}

/* Answers in the form of the engine APIs of Docker and Podman, written by hand and cut to what is read. */
static void a_container_tells_its_own_word_since_when_and_how_it_failed(void **state)
{
	static const struct {
		const char *body;
		enum service_status status;
		const char *detail;
		int64_t since_ms, restarts;
		const char *failure;
		int64_t failed_ms;
	} CASES[] = {
		{"{\"RestartCount\":512,\"State\":{\"Status\":\"running\",\"StartedAt\":\"1970-01-01T00:00:"
		 "02Z\","
		 "\"FinishedAt\":\"1970-01-01T00:00:01Z\"}}",
		 SERVICE_RUNNING, "running", 2000, 512, "", 0},
		{"{\"RestartCount\":7,\"State\":{\"Status\":\"restarting\",\"Restarting\":true,\"Pid\":0,"
		 "\"ExitCode\":1,\"FinishedAt\":\"1970-01-01T00:00:03Z\"}}",
		 SERVICE_ERROR, "restarting (1)", 3000, 7, "exit status 1", 3000},
		{"{\"RestartCount\":7,\"State\":{\"Status\":\"restarting\",\"ExitCode\":0}}", SERVICE_STOPPED,
		 "restarting (0)", 0, 7, "", 0},
		{"{\"Created\":\"1970-01-01T00:00:05Z\",\"State\":{\"Status\":\"created\",\"StartedAt\":"
		 "\"0001-01-01T00:00:00Z\"}}",
		 SERVICE_STOPPED, "created", 5000, -1, "", 0},
		{"{\"State\":{\"Status\":\"exited\",\"ExitCode\":130}}", SERVICE_STOPPED, "exited (130)", 0,
		 -1, "", 0},
		{"{\"State\":{\"Status\":\"exited\",\"ExitCode\":131}}", SERVICE_STOPPED, "exited (131)", 0,
		 -1, "", 0},
		{"{\"State\":{\"Status\":\"exited\",\"ExitCode\":143,\"FinishedAt\":\"0001-01-01T00:00:00Z\"}"
		 "}",
		 SERVICE_STOPPED, "exited (143)", 0, -1, "", 0},
		{"{\"Config\":{\"StopSignal\":\"SIGRTMIN+3\"},\"State\":{\"Status\":\"exited\",\"ExitCode\":"
		 "165}}",
		 SERVICE_STOPPED, "exited (165)", 0, -1, "", 0},
		{"{\"Config\":{\"StopSignal\":\"SIGUSR1\"},\"State\":{\"Status\":\"exited\",\"ExitCode\":138}"
		 "}",
		 SERVICE_STOPPED, "exited (138)", 0, -1, "", 0},
		{"{\"State\":{\"Status\":\"exited\",\"ExitCode\":138}}", SERVICE_ERROR, "exited (138)", 0, -1,
		 "exit status 138", 0},
		{"{\"State\":{\"Status\":\"exited\",\"OOMKilled\":true,\"ExitCode\":137,"
		 "\"FinishedAt\":\"1970-01-01T01:00:03.5+01:00\"}}",
		 SERVICE_ERROR, "exited (137), out of memory", 3500, -1, "exit status 137, out of memory",
		 3500},
		{"{\"State\":{\"Status\":\"created\",\"ExitCode\":127,\"Error\":\"exec: no such file\"}}",
		 SERVICE_STOPPED, "created", 0, -1, "", 0},
		{"{\"State\":{\"Status\":\"exited\",\"ExitCode\":127,\"Error\":\"exec: no\\nsuch file\"}}",
		 SERVICE_ERROR, "exited (127)", 0, -1, "exit status 127: exec: no such file", 0},
		{"{\"State\":{\"Status\":\"dead\",\"ExitCode\":0}}", SERVICE_ERROR, "dead (0)", 0, -1,
		 "exit status 0", 0},
		{"{\"State\":{\"Status\":\"running\",\"StartedAt\":\"1970-01-01T00:00:02Z\",\"Health\":{"
		 "\"Status\":"
		 "\"unhealthy\",\"Log\":[{\"Output\":\"old\"},{\"End\":\"1970-01-01T00:00:09Z\",\"Output\":"
		 "\"refused\\n\"}]}}}",
		 SERVICE_ERROR, "unhealthy", 0, -1, "the health check failed: refused", 9000},
		{"{\"State\":{\"Status\":\"running\",\"Health\":{\"Status\":\"starting\"}}}", SERVICE_RUNNING,
		 "running (health: starting)", 0, -1, "", 0},
		{"{\"State\":{\"Status\":\"running\",\"Health\":{\"Status\":\"healthy\"}}}", SERVICE_RUNNING,
		 "healthy", 0, -1, "", 0},
		{"{\"State\":{\"Status\":\"paused\",\"Running\":true}}", SERVICE_STOPPED, "paused", 0, -1, "",
		 0},
		/* Podman. */
		{"{\"State\":{\"Status\":\"configured\"}}", SERVICE_STOPPED, "configured", 0, -1, "", 0},
		{"{\"State\":{\"Status\":\"initialized\"}}", SERVICE_STOPPED, "initialized", 0, -1, "", 0},
		{"{\"State\":{\"Status\":\"stopping\"}}", SERVICE_RUNNING, "stopping", 0, -1, "", 0},
		{"{\"State\":{\"Status\":\"stopped\",\"ExitCode\":143}}", SERVICE_STOPPED, "stopped (143)", 0,
		 -1, "", 0},
		{"{\"State\":{\"Status\":\"stopped\",\"ExitCode\":2}}", SERVICE_ERROR, "stopped (2)", 0, -1,
		 "exit status 2", 0},
		{"{\"State\":{\"Status\":\"running\",\"Healthcheck\":{\"Status\":\"unhealthy\",\"Log\":null}}"
		 "}",
		 SERVICE_ERROR, "unhealthy", 0, -1, "the health check failed", 0},
		{"{\"State\":{\"Status\":\"running\",\"Healthcheck\":{\"Status\":\"\"}}}", SERVICE_RUNNING,
		 "running", 0, -1, "", 0},
		{"{\"State\":{\"Status\":\"of a later engine\"}}", SERVICE_ERROR, "of a later engine", 0, -1,
		 "", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct service_state got;

		assert_int_equal(docker_container_read(CASES[i].body, strlen(CASES[i].body), &got), ERR_NONE);
		assert_string_equal(got.detail, CASES[i].detail);
		assert_int_equal(got.status, CASES[i].status);
		assert_int_equal(got.since_ms, CASES[i].since_ms);
		assert_int_equal(got.restarts_known ? got.restarts : -1, CASES[i].restarts);
		assert_string_equal(got.failure, CASES[i].failure);
		assert_int_equal(got.failed_ms, CASES[i].failed_ms);
	}
}

static void an_answer_that_is_no_container_is_refused(void **state)
{
	static const char *const BODIES[] = {
		"", "[]", "{}", "{\"State\":7}", "{\"State\":{\"Status\":1}}", "cut {"};
	struct service_state got;

	(void)state;
	for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++)
		assert_int_equal(docker_container_read(BODIES[i], strlen(BODIES[i]), &got), ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_of_a_unit_are_those_of_its_service),
		cmocka_unit_test(a_unit_tells_its_own_word_since_when_and_how_it_failed),
		cmocka_unit_test(states_of_a_container_are_those_of_its_service),
		cmocka_unit_test(a_container_tells_its_own_word_since_when_and_how_it_failed),
		cmocka_unit_test(an_answer_that_is_no_container_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
