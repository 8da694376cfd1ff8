/*
 * /api/dashboard: the histories. What only reads the store (metrics, stats, full-data) has no handler here:
 * its row in routes.c names the function of model/overview.c that answers.
 */
#include "common/limits.h"
#include "fcgi/api/body.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/audits.h"
#include "fcgi/model/overview.h"

enum err api_history(struct call *call)
{
	int64_t limit = OVERVIEW_HISTORY_DEFAULT;
	enum err err = query_integer(call->query, "limit", 1, LIMIT_HISTORY_POINTS, &limit, call->why);

	if (err != ERR_NONE)
		return err;
	return overview_history(call->context->store, call->parameter, (int)limit, &call->response->body,
				call->why);
}

enum err api_clear_history(struct call *call)
{
	const char *node = NULL;
	enum err err = body_read_node(call, &node);

	if (err != ERR_NONE)
		return err;
	err = overview_clear_history(call->context->store, node, &call->response->body, call->why);
	if (err != ERR_NONE)
		return err;
	audits_write_call(call, "history.clear", node, NULL);
	return ERR_NONE;
}
