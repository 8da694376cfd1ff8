/* /api/dashboard: what is read from the cluster. */
#include "fcgi/model/dashboard.h"
#include "common/limits.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/audits.h"

enum err api_metrics(struct call *call)
{
	return dashboard_metrics(call->api->store, &call->response->body);
}

enum err api_history(struct call *call)
{
	int64_t limit = DASHBOARD_HISTORY_DEFAULT;
	enum err err = query_integer(call->query, "limit", 1, LIMIT_HISTORY_POINTS, &limit, call->why);

	if (err != ERR_NONE)
		return err;
	return dashboard_history(call->api->store, call->parameter, (int)limit, &call->response->body,
				 call->why);
}

enum err api_stats(struct call *call)
{
	return dashboard_stats(call->api->store, &call->response->body);
}

enum err api_full_data(struct call *call)
{
	return dashboard_full_data(call->api->store, &call->response->body);
}

enum err api_clear_history(struct call *call)
{
	const char *node = NULL;
	enum err err = dashboard_read_target(call->body, &node, call->why);

	if (err == ERR_NONE)
		err = dashboard_clear_history(call->api->store, node, &call->response->body, call->why);
	if (err == ERR_NONE)
		err = audits_note(call, "history.clear", node, NULL);
	return err;
}
