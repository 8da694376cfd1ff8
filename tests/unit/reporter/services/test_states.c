/* What systemd and Docker say of a service, and what is made of it; and the messages of results. */
#include "reporter/services/docker_container.h"
#include "reporter/services/driver_result.h"
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

static void an_answer_that_is_no_container_is_refused(void **state)
{
	static const char *const BODIES[] = {
		"", "[]", "{}", "{\"State\":7}", "{\"State\":{\"Status\":1}}", "cut {"};
	struct service_state got;

	(void)state;
	for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++)
		assert_int_equal(docker_container_read(BODIES[i], strlen(BODIES[i]), &got), ERR_MALFORMED);
}

static void output_is_added_clean_and_without_blanks_around_it(void **state)
{
	static const char OUTPUT[] = "\n  no\tfile \033[31m\xff here\nж\n\n";
	struct driver_result result = {0};

	(void)state;
	driver_result_say(&result, "start failed with %d", 7);
	driver_result_add_output(&result, " \n", 2);
	assert_string_equal(result.message, "start failed with 7");
	driver_result_add_output(&result, OUTPUT, strlen(OUTPUT));
	assert_string_equal(result.message, "start failed with 7: no\tfile ?[31m? here\nж");
}

static void of_long_output_the_last_whole_lines_are_kept(void **state)
{
	struct driver_result result = {0};
	char output[3 * DRIVER_MESSAGE_SIZE];

	(void)state;
	memset(output, 'x', sizeof(output));
	memcpy(output + sizeof(output) - 20, "\nthe last whole line", 20);
	driver_result_say(&result, "failed");
	driver_result_add_output(&result, output, sizeof(output));
	assert_string_equal(result.message, "failed: the last whole line");

	memset(output, 'x', sizeof(output));
	driver_result_say(&result, "failed");
	driver_result_add_output(&result, output, sizeof(output));
	assert_in_range(strlen(result.message), DRIVER_MESSAGE_SIZE - 8, DRIVER_MESSAGE_SIZE - 1);
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
	struct driver_result result = {0};
	char text[2 * DRIVER_MESSAGE_SIZE] = "x";

	(void)state;
	for (size_t i = 1; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "ж", 2);
	driver_result_say(&result, "%s", text);
	assert_int_equal(strlen(result.message), DRIVER_MESSAGE_SIZE - 1);
	driver_result_say(&result, "x%s", text);
	assert_int_equal(strlen(result.message), DRIVER_MESSAGE_SIZE - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_of_a_unit_are_those_of_its_service),
		cmocka_unit_test(states_of_a_container_are_those_of_its_service),
		cmocka_unit_test(an_answer_that_is_no_container_is_refused),
		cmocka_unit_test(output_is_added_clean_and_without_blanks_around_it),
		cmocka_unit_test(of_long_output_the_last_whole_lines_are_kept),
		cmocka_unit_test(a_long_sentence_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
