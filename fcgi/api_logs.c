/* /api/logs: reading and clearing the cluster's log. */
#include "fcgi/audits.h"
#include "fcgi/logbook.h"
#include "fcgi/routes.h"

enum err api_logs(struct call *call)
{
	struct logbook_question question = {
		.node_id = query_get(call->query, "node_id"),
		.level = query_get(call->query, "level"),
		.logger_name = query_get(call->query, "logger_name"),
		.q = query_get(call->query, "q"),
		.limit = LOGBOOK_LIMIT_DEFAULT,
	};
	enum err err = query_integer(call->query, "limit", 1, LOGBOOK_LIMIT_MAX, &question.limit, call->why);

	if (err == ERR_NONE)
		err = query_integer(call->query, "offset", 0, LOGBOOK_OFFSET_MAX, &question.offset,
				    call->why);
	if (err != ERR_NONE)
		return err;
	return logbook_find(call->api->store, &question, &call->response->body, call->why);
}

enum err api_log_sources(struct call *call)
{
	return logbook_sources(call->api->store, &call->response->body);
}

enum err api_clear_logs(struct call *call)
{
	const char *node = NULL;
	enum err err = json_optional_text(call->body, "", "node_id", ID_NODE_MAX, &node, call->why);

	if (err == ERR_NONE)
		err = logbook_clear(call->api->store, node, &call->response->body, call->why);
	if (err == ERR_NONE)
		err = audits_note(call, "logs.clear", node, NULL);
	return err;
}
