/*
 * How Redis keys are spelled. Names in them are of narrow alphabets and bounded length (id.h), so they
 * need no escapes and always fit.
 */
#include "common/keys.h"

#include <assert.h>
#include <stdio.h>

static const char *const NODE_KEYS[] = {
	[NODE_STATE] = "state",
	[NODE_SUMMARY] = "summary",
	[NODE_HISTORY] = "history",
	[NODE_LOGS] = "logs",
	[NODE_CERTIFICATES] = "certificates",
	[NODE_COMMANDS] = "commands",
	[NODE_BATCH] = "batch",
	[NODE_INSTANCE] = "instance",
	[NODE_ACTIONS] = "actions",
	[NODE_ACTION_LOG] = "action_log",
	[NODE_LOG_BYTES] = "log_bytes",
	[NODE_STREAM_LOST] = "stream_lost",
};

static struct key make(const char *before, const char *name, const char *after)
{
	struct key key;
	int len = snprintf(key.text, sizeof(key.text), KEY_PREFIX "%s%s%s", before, name, after);

	assert(len > 0 && (size_t)len < sizeof(key.text));
	return key;
}

struct key key_of_node(enum node_key which, const char *node)
{
	char after[32];

	(void)snprintf(after, sizeof(after), "}:%s", NODE_KEYS[which]);
	return make("{", node, after);
}

struct key key_of_command(const char *command_id)
{
	return make("command:", command_id, "");
}

struct key key_of_command_done(const char *command_id)
{
	return make("command:", command_id, ":done");
}

struct key key_of_revoked(const char *token_id)
{
	return make("revoked:", token_id, "");
}

struct key key_of_login_failures(const char *who)
{
	return make("login_failures:", who, "");
}

struct key key_of_waits(const char *user)
{
	return make("waits:", user, "");
}

struct key key_of_pool_waits(const char *pool_id)
{
	return make("pool_waits:", pool_id, "");
}

struct key channel_of_commands(const char *node)
{
	return make("commands:", node, "");
}
