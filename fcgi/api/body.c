/* Members and answers that are the same for several handlers. */
#include "fcgi/api/body.h"

#include "common/limits.h"

#include <string.h>

enum err body_read_node(const struct call *call, const char **node)
{
	for (const struct json *member = json_first(call->body); member; member = json_next(member))
		if (strcmp(json_key(member), "node_id") != 0)
			return reason_set(call->why, ERR_INVALID, "%.64s means nothing here: node_id does",
					  json_key(member));
	return json_optional_text(call->body, "", "node_id", LIMIT_NAME, node, call->why);
}

void body_write_success(struct call *call)
{
	struct json_out json = {.buf = &call->response->body};

	json_open(&json, '{');
	json_put_bool(&json, "success", true);
	json_close(&json, '}');
}
