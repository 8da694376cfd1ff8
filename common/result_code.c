/* One table: each code's name on the wire, and the API's error if the code says that nothing was tried. */
#include "common/result_code.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	enum err refusal;
} CODES[RESULT_CODE_COUNT] = {
	[RESULT_FAILED] = {"failed", ERR_NONE},
	[RESULT_TIMEOUT] = {"timeout", ERR_NONE},
	[RESULT_INTERRUPTED] = {"interrupted", ERR_NONE},
	[RESULT_UNKNOWN_SERVICE] = {"unknown_service", ERR_UNKNOWN_SERVICE},
	[RESULT_ACTION_NOT_ALLOWED] = {"action_not_allowed", ERR_ACTION_NOT_ALLOWED},
	[RESULT_UNKNOWN_METHOD] = {"not_found", ERR_WORKER_FAILED},
	[RESULT_INVALID] = {"invalid", ERR_INVALID},
	[RESULT_BUSY] = {"busy", ERR_WORKER_BUSY},
	[RESULT_EXPIRED] = {"expired", ERR_WORKER_TIMEOUT},
	[RESULT_LEDGER_FULL] = {"ledger_full", ERR_WORKER_BUSY},
	[RESULT_NOT_NOTED] = {"not_noted", ERR_WORKER_FAILED},
};

const char *result_code_name(enum result_code code)
{
	assert(code < RESULT_CODE_COUNT);
	return CODES[code].name;
}

enum err result_code_refusal(const char *name)
{
	for (size_t i = 0; name && i < RESULT_CODE_COUNT; i++)
		if (strcmp(CODES[i].name, name) == 0)
			return CODES[i].refusal;
	return ERR_NONE;
}
