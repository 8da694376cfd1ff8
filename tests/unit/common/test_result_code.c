/* Every code that a reporter may send has its answer. */
#include "common/result_code.h"
#include "tests/unit/cm.h"

#include <stddef.h>

/* Status 200: an answer with `success: false`. */
static const struct {
	const char *name;
	int status;
	const char *code;
} EXPECTED[RESULT_CODE_COUNT] = {
	[RESULT_FAILED] = {"failed", 200, "ok"},
	[RESULT_TIMEOUT] = {"timeout", 200, "ok"},
	[RESULT_INTERRUPTED] = {"interrupted", 200, "ok"},
	[RESULT_UNKNOWN_SERVICE] = {"unknown_service", 404, "unknown_service"},
	[RESULT_ACTION_NOT_ALLOWED] = {"action_not_allowed", 403, "action_not_allowed"},
	[RESULT_UNKNOWN_METHOD] = {"not_found", 502, "worker_failed"},
	[RESULT_INVALID] = {"invalid", 422, "invalid"},
	[RESULT_BUSY] = {"busy", 409, "busy"},
	[RESULT_EXPIRED] = {"expired", 504, "worker_timeout"},
	[RESULT_LEDGER_FULL] = {"ledger_full", 409, "busy"},
	[RESULT_NOT_NOTED] = {"not_noted", 502, "worker_failed"},
};

static void each_code_has_its_answer(void **state)
{
	(void)state;
	for (int code = 0; code < RESULT_CODE_COUNT; code++) {
		const char *name = result_code_name((enum result_code)code);
		enum err refusal = result_code_refusal(name);

		assert_string_equal(name, EXPECTED[code].name);
		assert_int_equal(err_status(refusal), EXPECTED[code].status);
		assert_string_equal(err_code(refusal), EXPECTED[code].code);
	}
}

static void what_is_no_code_refuses_nothing(void **state)
{
	(void)state;
	assert_int_equal(result_code_refusal(NULL), ERR_NONE);
	assert_int_equal(result_code_refusal("made_up"), ERR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_has_its_answer),
		cmocka_unit_test(what_is_no_code_refuses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
