/* /api/dashboard: what is read from the cluster. */
#include "common/limits.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/audits.h"
#include "fcgi/model/overview.h"

enum err api_metrics(struct call *call)
{
	return overview_metrics(call->context->store, &call->response->body);
}

enum err api_history(struct call *call)
{
	int64_t limit = OVERVIEW_HISTORY_DEFAULT;
	enum err err = query_integer(call->query, "limit", 1, LIMIT_HISTORY_POINTS, &limit, call->why);

	if (err != ERR_NONE)
		return err;
	return overview_history(call->context->store, call->parameter, (int)limit, &call->response->body,
				call->why);
}

enum err api_stats(struct call *call)
{
	return overview_stats(call->context->store, &call->response->body);
}

enum err api_full_data(struct call *call)
{
	return overview_full_data(call->context->store, &call->response->body);
}

enum err api_clear_history(struct call *call)
{
	const char *node = NULL;
	enum err err = overview_read_target(call->body, &node, call->why);

	if (err == ERR_NONE)
		err = overview_clear_history(call->context->store, node, &call->response->body, call->why);
	if (err == ERR_NONE)
		err = audits_note(call, "history.clear", node, NULL);
	return err;
}
