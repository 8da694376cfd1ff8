/* Services: what runs where, and telling workers to start, stop and restart it. */
#include "common/clock.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/command.h"
#include "fcgi/model/dashboard.h"
#include "fcgi/store/commands.h"

#include <string.h>

enum err api_services(struct call *call)
{
	return dashboard_services(call->api->store, query_get(call->query, "node_id"), &call->response->body);
}

enum err api_service_data(struct call *call)
{
	const char *type = query_get(call->query, "service_type");

	if (!type || strcmp(type, "certificates") != 0)
		return reason_set(call->why, ERR_INVALID, "service_type must be certificates");
	return dashboard_certificates(call->api->store, &call->response->body);
}

enum err api_control_service(struct call *call)
{
	struct control_by by = {call->session->subject, call->request->address, control_deadline(call->api)};
	struct control_outcome outcome = {.queued = false};
	struct control_order order = {.node = NULL};
	enum err err = json_need_text(call->body, "", "worker_id", 256, &order.node, call->why);

	if (err == ERR_NONE)
		err = json_need_text(call->body, "", "service_name", 256, &order.service_name, call->why);
	if (err == ERR_NONE)
		err = json_need_text(call->body, "", "action", 256, &order.action, call->why);
	if (err == ERR_NONE)
		err = control_run(call->api, &by, &order, &outcome, call->why);
	if (err != ERR_NONE)
		return err;
	if (outcome.queued)
		call->response->status = 202;
	control_write_answer(&order, &outcome, &call->response->body);
	control_outcome_free(&outcome);
	return ERR_NONE;
}

enum err api_command(struct call *call)
{
	enum err err = ERR_UNKNOWN_COMMAND;

	if (strlen(call->parameter) == ID_RANDOM_SIZE - 1)
		err = commands_show(call->api->store, call->parameter, clock_now_ms(), &call->response->body);
	if (err == ERR_UNKNOWN_COMMAND)
		return reason_set(call->why, err, "there is no command %.32s, or it was too long ago",
				  call->parameter);
	return err;
}
