/* The route table: which row answers, and what the table as a whole must be. */
#include "fcgi/api/routes.h"
#include "fcgi/model/overview.h"
#include "tests/unit/cm.h"

#include <string.h>

static enum err find(enum method method, const char *path, const struct route **route, const char **parameter,
		     struct buf *allowed)
{
	buf_clear(allowed);
	return route_find(ROUTES, ROUTES_COUNT, method, path, route, parameter, allowed);
}

static void a_path_leads_to_its_row(void **state)
{
	const struct route *route = NULL;
	const char *parameter = NULL;
	struct buf allowed = {0};

	(void)state;
	assert_int_equal(find(METHOD_GET, "/api/dashboard/metrics", &route, &parameter, &allowed), ERR_NONE);
	assert_ptr_equal(route->read, overview_metrics);
	assert_string_equal(parameter, "");
	assert_int_equal(find(METHOD_GET, "/api/dashboard/history/w-1", &route, &parameter, &allowed),
			 ERR_NONE);
	assert_ptr_equal(route->handle, api_history);
	assert_string_equal(parameter, "w-1");
	buf_free(&allowed);
}

static void what_is_no_path_is_not_found(void **state)
{
	static const char *const PATHS[] = {"",
					    "/",
					    "/api",
					    "/api/dashboard/metrics/",
					    "/api/dashboard/metricsx",
					    "/api/dashboard/history/",
					    "/api/dashboard/history/a/b",
					    "/api/dashboard/../admin/users",
					    "//health"};
	const struct route *route = NULL;
	const char *parameter = NULL;
	struct buf allowed = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(PATHS) / sizeof(*PATHS); i++)
		assert_int_equal(find(METHOD_GET, PATHS[i], &route, &parameter, &allowed), ERR_NOT_FOUND);
	buf_free(&allowed);
}

static void another_method_is_told_which_there_are(void **state)
{
	const struct route *route = NULL;
	const char *parameter = NULL;
	struct buf allowed = {0};

	(void)state;
	assert_int_equal(find(METHOD_PUT, "/api/admin/users", &route, &parameter, &allowed),
			 ERR_METHOD_NOT_ALLOWED);
	assert_string_equal(buf_string(&allowed), "GET, HEAD, POST");
	assert_int_equal(find(METHOD_OTHER, "/rpc", &route, &parameter, &allowed), ERR_METHOD_NOT_ALLOWED);
	assert_string_equal(buf_string(&allowed), "POST");
	buf_free(&allowed);
}

/* Whoever adds a row is reminded of what each must have. */
static void every_row_is_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROUTES_COUNT; i++) {
		const struct route *route = &ROUTES[i];
		bool is_api = strncmp(route->path, "/api/", 5) == 0;

		assert_true((route->handle != NULL) != (route->read != NULL));
		if (route->read)
			assert_int_equal(route->body, BODY_NONE);
		assert_true(route->method != METHOD_OTHER);
		assert_true((route->body == BODY_NONE) == (route->body_limit == 0));
		if (is_api)
			assert_true(route->access != ACCESS_OPEN);
		if (strncmp(route->path, "/api/admin/", 11) == 0)
			assert_int_equal(route->access, ACCESS_ADMIN);
		assert_true((strncmp(route->path, "/api/reporter/", 14) == 0) ==
			    (route->access == ACCESS_WORKER));
		for (size_t k = 0; k < i; k++)
			assert_false(ROUTES[k].method == route->method &&
				     strcmp(ROUTES[k].path, route->path) == 0);
	}
}

static void an_error_has_the_contracts_form(void **state)
{
	struct response response = {.status = 200};
	struct reason why = {.text = "say \"why\""}, nothing = {.text = ""};

	(void)state;
	buf_text(&response.body, "half an answer");
	route_write_error(&response, ERR_UNKNOWN_NODE, &why);
	assert_int_equal(response.status, 404);
	assert_string_equal(buf_string(&response.body),
			    "{\"success\":false,\"error\":\"say \\\"why\\\"\",\"code\":\"unknown_node\"}");
	route_write_error(&response, ERR_BACKEND_AWAY, &nothing);
	assert_int_equal(response.status, 503);
	assert_non_null(strstr(buf_string(&response.headers), "Retry-After: "));
	for (int err = 1; err < ERR_COUNT; err++) {
		route_write_error(&response, (enum err)err, &nothing);
		assert_null(strstr(buf_string(&response.body), "\"error\":\"\""));
	}
	buf_free(&response.body);
	buf_free(&response.headers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_leads_to_its_row),
		cmocka_unit_test(what_is_no_path_is_not_found),
		cmocka_unit_test(another_method_is_told_which_there_are),
		cmocka_unit_test(every_row_is_sound),
		cmocka_unit_test(an_error_has_the_contracts_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
