/*
 * The one table from errors to the statuses and codes of the wire contract. A status may be shared by
 * several errors; a code is given once and never changes its meaning.
 */
#include "common/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
	int status;
	const char *code;
} TABLE[ERR_COUNT] = {
	[ERR_NONE] = {200, "ok"},
	[ERR_MALFORMED] = {400, "malformed"},
	[ERR_UNAUTHORIZED] = {401, "unauthorized"},
	[ERR_TOKEN_EXPIRED] = {401, "token_expired"},
	[ERR_TOKEN_REVOKED] = {401, "token_revoked"},
	[ERR_BAD_CREDENTIALS] = {401, "bad_credentials"},
	[ERR_FORBIDDEN] = {403, "forbidden"},
	[ERR_BAD_ORIGIN] = {403, "bad_origin"},
	[ERR_NODE_MISMATCH] = {403, "node_mismatch"},
	[ERR_ACTION_NOT_ALLOWED] = {403, "action_not_allowed"},
	[ERR_NOT_FOUND] = {404, "not_found"},
	[ERR_UNKNOWN_NODE] = {404, "unknown_node"},
	[ERR_UNKNOWN_SERVICE] = {404, "unknown_service"},
	[ERR_UNKNOWN_COMMAND] = {404, "unknown_command"},
	[ERR_UNKNOWN_USER] = {404, "unknown_user"},
	[ERR_METHOD_NOT_ALLOWED] = {405, "method_not_allowed"},
	[ERR_CONFLICT] = {409, "conflict"},
	[ERR_WORKER_BUSY] = {409, "busy"},
	[ERR_DUPLICATE_WORKER] = {409, "duplicate_worker"},
	[ERR_TOO_LARGE] = {413, "too_large"},
	[ERR_NOT_JSON] = {415, "not_json"},
	[ERR_INVALID] = {422, "invalid"},
	[ERR_TOO_MANY_REQUESTS] = {429, "too_many_requests"},
	[ERR_TOO_MANY_WAITING] = {429, "too_many_waiting"},
	[ERR_TOO_MANY_READS] = {429, "too_many_reads"},
	[ERR_INTERNAL] = {500, "internal"},
	[ERR_WORKER_FAILED] = {502, "worker_failed"},
	[ERR_BACKEND_AWAY] = {503, "backend_away"},
	[ERR_BACKEND_FULL] = {503, "backend_full"},
	[ERR_WORKER_NOT_CONNECTED] = {503, "worker_not_connected"},
	[ERR_WORKER_TIMEOUT] = {504, "worker_timeout"},
	[ERR_SYSTEM] = {500, "system"},
};

int err_status(enum err err)
{
	assert(err < ERR_COUNT);
	return TABLE[err].status;
}

const char *err_code(enum err err)
{
	assert(err < ERR_COUNT);
	return TABLE[err].code;
}

enum err reason_set(struct reason *why, enum err err, const char *format, ...)
{
	va_list args;

	if (why) {
		va_start(args, format);
		(void)vsnprintf(why->text, sizeof(why->text), format, args);
		va_end(args);
	}
	return err;
}
