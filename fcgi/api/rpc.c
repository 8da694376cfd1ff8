/* POST /rpc: JSON-RPC over HTTP. What went wrong is told in the body; the status stays 200. */
#include "fcgi/rpc/rpc.h"
#include "fcgi/api/routes.h"
#include "fcgi/model/command.h"

enum err api_rpc(struct call *call)
{
	const struct rpc_caller caller = {
		.context = call->context,
		.session = call->session,
		.address = call->request->address,
		.until_ms = command_deadline(call->context),
	};

	rpc_answer(&caller, buf_string(call->text), call->text->len, &call->response->body);
	/* Notifications alone are not answered (JSON-RPC 2.0, section 6). */
	if (!call->response->body.len)
		call->response->status = 204;
	return ERR_NONE;
}
