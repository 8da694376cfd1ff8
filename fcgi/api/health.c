/* GET /health: whether the API and its store work, for load balancers and for people. */
#include "common/version.h"
#include "fcgi/api/routes.h"

enum err api_health(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};
	bool redis = store_ping(call->context->store) == ERR_NONE;

	if (!redis) {
		call->response->status = 503;
		response_header(call->response, "Retry-After", "1");
	}
	json_open(&json, '{');
	json_put_text(&json, "status", redis ? "ok" : "degraded");
	json_put_bool(&json, "redis", redis);
	json_put_text(&json, "version", P2PDASH_VERSION);
	json_close(&json, '}');
	return ERR_NONE;
}
