/* Services: what runs where, and the commands that start, stop and restart it. */
#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/command.h"
#include "fcgi/model/overview.h"
#include "fcgi/store/audit.h"
#include "fcgi/store/commands.h"

#include <string.h>

enum err api_services(struct call *call)
{
	return overview_services(call->context->store, query_get(call->query, "node_id"),
				 &call->response->body);
}

enum err api_service_actions(struct call *call)
{
	int64_t limit = AUDIT_KEPT_OF_SERVICE;
	enum err err = query_integer(call->query, "limit", 1, AUDIT_KEPT_OF_SERVICE, &limit, call->why);

	if (err != ERR_NONE)
		return err;
	return overview_service_actions(
		call->context->store,
		&(struct overview_service){.node = query_get(call->query, "node_id"),
					   .name = query_get(call->query, "service_name")},
		limit, &call->response->body, call->why);
}

enum err api_service_data(struct call *call)
{
	const char *type = query_get(call->query, "service_type");

	if (!type || strcmp(type, "certificates") != 0)
		return reason_set(call->why, ERR_INVALID, "service_type must be certificates");
	return overview_certificates(call->context->store, &call->response->body);
}

enum err api_control_service(struct call *call)
{
	struct command_caller caller = {
		.user = call->session->subject,
		.address = call->request->address,
		.until_ms = command_deadline(call->context),
	};
	struct command_outcome outcome;
	struct command_order order = {.node = NULL};
	enum err err = json_need_text(call->body, "", "worker_id", LIMIT_NAME, &order.node, call->why);

	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->body, "", "service_name", LIMIT_NAME, &order.service_name, call->why);
	if (err != ERR_NONE)
		return err;
	err = json_need_text(call->body, "", "action", LIMIT_NAME, &order.action, call->why);
	if (err != ERR_NONE)
		return err;
	err = command_run(call->context, &caller, &order, &outcome, call->why);
	if (err != ERR_NONE)
		return err;
	if (outcome.queued)
		call->response->status = 202;
	command_write_answer(&order, &outcome, &call->response->body);
	command_outcome_free(&outcome);
	return ERR_NONE;
}

enum err api_command(struct call *call)
{
	enum err err = ERR_UNKNOWN_COMMAND;

	if (strlen(call->parameter) == ID_RANDOM_SIZE - 1)
		err = commands_show(call->context->store, call->parameter, clock_now_ms(),
				    &call->response->body);
	if (err == ERR_UNKNOWN_COMMAND)
		return reason_set(call->why, err, "there is no command %.32s, or it was too long ago",
				  call->parameter);
	return err;
}
