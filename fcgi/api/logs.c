/* /api/logs: reading and clearing the cluster's log. What a question may be is decided in model/logbook.c. */
#include "fcgi/api/body.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/audits.h"
#include "fcgi/model/logbook.h"

enum err api_logs(struct call *call)
{
	struct logbook_question question = {
		.node_id = query_get(call->query, "node_id"),
		.level = query_get(call->query, "level"),
		.logger_name = query_get(call->query, "logger_name"),
		.q = query_get(call->query, "q"),
		.since = query_get(call->query, "since"),
		.order = query_get(call->query, "order"),
		.limit = LOGBOOK_LIMIT_DEFAULT,
	};
	const struct {
		const char *name;
		int64_t min, max, *out;
	} numbers[] = {
		{"limit", 1, LOGBOOK_LIMIT_MAX, &question.limit},
		{"offset", 0, LOGBOOK_OFFSET_MAX, &question.offset},
		{"after", 0, LOGBOOK_SEQ_MAX, &question.after},
		{"before", 0, LOGBOOK_SEQ_MAX, &question.before},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		enum err err = query_integer(call->query, numbers[i].name, numbers[i].min, numbers[i].max,
					     numbers[i].out, call->why);

		if (err != ERR_NONE)
			return err;
	}
	return logbook_find(call->context, call->session->subject, &question, &call->response->body,
			    call->why);
}

enum err api_clear_logs(struct call *call)
{
	const char *node = NULL;
	enum err err = body_read_node(call, &node);

	if (err != ERR_NONE)
		return err;
	err = logbook_clear(call->context->store, node, &call->response->body, call->why);
	if (err != ERR_NONE)
		return err;
	audits_write_call(call, "logs.clear", node, NULL);
	return ERR_NONE;
}
