/* Methods, headers and phrases: what a response is made of before FastCGI sends it. */
#include "fcgi/http/request.h"
#include "tests/unit/cm.h"

#include <string.h>

static void a_method_is_known_by_its_name_and_head_is_get(void **state)
{
	(void)state;
	for (int method = METHOD_GET; method < METHOD_OTHER; method++)
		assert_int_equal(method_of(method_name((enum method)method)), method);
	assert_int_equal(method_of("HEAD"), METHOD_GET);
	assert_int_equal(method_of("get"), METHOD_OTHER);
	assert_int_equal(method_of("TRACE"), METHOD_OTHER);
	assert_int_equal(method_of(""), METHOD_OTHER);
}

static void headers_stand_one_a_line(void **state)
{
	struct response response = {.status = 200};

	(void)state;
	response_header(&response, "Allow", "%s", "GET, HEAD");
	response_header(&response, "Retry-After", "%d", 2);
	assert_string_equal(buf_string(&response.headers), "Allow: GET, HEAD\r\nRetry-After: 2\r\n");
	buf_free(&response.headers);
}

/* Whoever gives an error a new status is reminded of its phrase. */
static void every_status_of_an_error_has_its_phrase(void **state)
{
	(void)state;
	for (int err = 0; err < ERR_COUNT; err++) {
		int status = err_status((enum err)err);

		assert_true((status == 500) ==
			    (strcmp(response_phrase(status), "Internal Server Error") == 0));
	}
	assert_string_equal(response_phrase(404), "Not Found");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_method_is_known_by_its_name_and_head_is_get),
		cmocka_unit_test(headers_stand_one_a_line),
		cmocka_unit_test(every_status_of_an_error_has_its_phrase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
