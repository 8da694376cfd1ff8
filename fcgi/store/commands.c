/*
 * Commands in Redis: a hash each while they are kept, a list for each cron worker, a list to wait on.
 *
 * A command must reach its worker at most once, and a caller must hear when it does not: a restart that is
 * done twice or too late is worse than none. So a connected worker gets it by PUBLISH, which tells at once
 * whether anybody listens, and nothing is kept to be sent later. For a worker that comes by cron it is put
 * into a list, which the worker's next report empties in the same transaction that stores the report
 * (reports.c).
 *
 * The result comes by another request, to any process. It is put into the hash, and one element into a second
 * list, on which the call that waits sits in BLPOP. Reading the hash after BLPOP has ended, however it ended,
 * finds a result that came in the last moment. Only the first result counts: HSETNX decides, whichever
 * requests come at once.
 *
 * Exactly one request must write the audit. While a call waits, the hash says `attended`, and that call
 * writes it. A call that gives up takes the mark away, and from then on the request that stores the result
 * writes it.
 */
#include "fcgi/store/commands.h"

#include "common/command.h"
#include "common/json.h"
#include "common/json_scan.h"
#include "common/keys.h"
#include "common/limits.h"
#include "fcgi/store/redis.h"

#include <inttypes.h>
#include <string.h>

/* The fields of the hash in the order they are read in. */
enum field {
	FIELD_WORKER_ID,
	FIELD_TYPE,
	FIELD_SERVICE_NAME,
	FIELD_ACTION,
	FIELD_METHOD,
	FIELD_PARAMS,
	FIELD_USER,
	FIELD_CREATED_AT,
	FIELD_EXPIRES_AT,
	FIELD_STATUS,
	FIELD_RESULT,
	FIELD_ATTENDED, /* 1 while a call waits for the result */
	FIELD_ONLY_ASKS,
	FIELD_COUNT
};

static const char *type_of(const struct command *command)
{
	return command->method ? "rpc" : "service";
}

/* SAMPLE 1763375400123 {"id":"4f…","type":"service","service_name":"nginx","action":"restart"} */
static void write_waiting(const struct command *command, struct buf *out)
{
	struct json_out json = {.buf = out};

	buf_printf(out, "%" PRId64 " ", command->expires_at_ms);
	json_open(&json, '{');
	json_put_text(&json, "id", command->id);
	json_put_text(&json, "type", type_of(command));
	if (command->method) {
		json_put_text(&json, "method", command->method);
		json_put_raw(&json, "params", command->params->data, command->params->len);
	} else {
		json_put_text(&json, "service_name", command->service_name);
		json_put_text(&json, "action", command->action);
	}
	json_close(&json, '}');
}

/* How long a command is kept after it is over. */
static int kept_s(bool only_asks)
{
	return only_asks ? LIMIT_QUESTION_KEPT_S : LIMIT_COMMAND_KEPT_S;
}

/* Adds what makes the command's hash; it goes by itself. */
static void add_command(struct store *store, const struct command *command, const char *status, int attended)
{
	struct key key = key_of_command(command->id);
	int64_t left_s = (command->expires_at_ms - command->created_at_ms) / 1000;

	redis_add(
		store,
		"HSET %s worker_id %s type %s user %s created_at %lld expires_at %lld status %s attended %d "
		"only_asks %d",
		key.text, command->node, type_of(command), command->user, (long long)command->created_at_ms,
		(long long)command->expires_at_ms, status, attended, command->only_asks);
	if (command->method)
		redis_add(store, "HSET %s method %s params %b", key.text, command->method,
			  command->params->data, command->params->len);
	else
		redis_add(store, "HSET %s service_name %s action %s", key.text, command->service_name,
			  command->action);
	redis_add(store, "EXPIRE %s %lld", key.text, (long long)left_s + kept_s(command->only_asks));
}

enum err commands_send(struct store *store, const struct command *command)
{
	struct buf waiting = {0};
	struct replies replies;
	int64_t listeners;
	enum err err;

	write_waiting(command, &waiting);
	add_command(store, command, "sent", 1);
	redis_add(store, "PUBLISH %s %b", channel_of_commands(command->node).text, waiting.data, waiting.len);
	err = redis_run(store, &replies);
	buf_free(&waiting);
	if (err != ERR_NONE)
		return err;
	listeners = reply_number(replies.item[replies.count - 1]);
	replies_free(&replies);
	if (listeners)
		return ERR_NONE;
	redis_add(store, "DEL %s", key_of_command(command->id).text);
	err = redis_run_only(store);
	return err != ERR_NONE ? err : ERR_WORKER_NOT_CONNECTED;
}

enum err commands_queue(struct store *store, const struct command *command)
{
	struct key list = key_of_node(NODE_COMMANDS, command->node);
	struct buf waiting = {0};
	struct replies replies;
	int64_t length;
	enum err err;

	/* Two calls at once may both find the last place; the bound is there against floods and need not be
	 * exact. */
	redis_add(store, "LLEN %s", list.text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	length = reply_number(replies.item[0]);
	replies_free(&replies);
	if (length >= LIMIT_COMMANDS_A_NODE)
		return ERR_CONFLICT;
	write_waiting(command, &waiting);
	redis_add(store, "MULTI");
	add_command(store, command, "queued", 0);
	redis_add(store, "RPUSH %s %b", list.text, waiting.data, waiting.len);
	redis_add(store, "EXEC");
	err = redis_run_only(store);
	buf_free(&waiting);
	return err;
}

/* SAMPLE 1763375400123 {"id":"4f…","type":… ; as write_waiting has it */
enum err commands_hand_out(struct store *store, const char *kept, size_t len, int64_t now_ms,
			   struct json_out *out)
{
	struct buf command = {0};
	char id[ID_RANDOM_SIZE] = "";
	struct span value;

	if (command_write(&command, kept, len, now_ms) != ERR_NONE)
		return ERR_NONE; /* expired, or not written by us */
	json_put_raw(out, NULL, command.data, command.len);
	if (json_scan_find(command.data, command.len, "id", &value)) {
		value = json_scan_text(value);
		memcpy(id, value.data, value.len < sizeof(id) ? value.len : 0);
	}
	buf_free(&command);
	if (!*id)
		return ERR_NONE;
	redis_add(store, "HSET %s status sent", key_of_command(id).text);
	return redis_run_only(store);
}

enum err commands_wait(struct store *store, const char *id, int64_t timeout_ms, struct buf *result)
{
	struct key key = key_of_command(id);
	struct replies replies;
	bool there;
	enum err err;

	redis_add(store, "BLPOP %s %lld", key_of_command_done(id).text, (long long)(timeout_ms + 999) / 1000);
	err = redis_run_waiting(store, timeout_ms, &replies);
	if (err != ERR_NONE)
		return err;
	replies_free(&replies);
	redis_add(store, "HGET %s result", key.text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	there = reply_is_text(replies.item[0]);
	reply_append(replies.item[0], result);
	replies_free(&replies);
	if (there)
		return ERR_NONE;
	redis_add(store, "HSET %s attended 0", key.text);
	err = redis_run_only(store);
	return err != ERR_NONE ? err : ERR_WORKER_TIMEOUT;
}

void command_done_free(struct command_done *done)
{
	buf_free(&done->user);
	buf_free(&done->service_name);
	buf_free(&done->action);
	buf_free(&done->method);
}

/* Reads the command's hash: the only reply is an array in the order of enum field. ERR_UNKNOWN_COMMAND. */
static enum err load(struct store *store, const char *id, struct replies *out)
{
	struct replies replies;
	enum err err;

	redis_add(
		store,
		"HMGET %s worker_id type service_name action method params user created_at expires_at status "
		"result attended only_asks",
		key_of_command(id).text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	if (!reply_is_text(replies.item[0]->element[FIELD_WORKER_ID])) {
		replies_free(&replies);
		return ERR_UNKNOWN_COMMAND;
	}
	*out = replies;
	return ERR_NONE;
}

enum err commands_finish(struct store *store, const char *id, const char *node, const struct buf *result,
			 struct command_done *out)
{
	struct key key = key_of_command(id), done = key_of_command_done(id);
	struct replies known, replies;
	redisReply **fields;
	bool only_asked;
	enum err err = load(store, id, &known);

	if (err != ERR_NONE)
		return err;
	fields = known.item[0]->element;
	if (strcmp(fields[FIELD_WORKER_ID]->str, node) != 0) {
		err = ERR_UNKNOWN_COMMAND;
		goto out;
	}
	only_asked = reply_number(fields[FIELD_ONLY_ASKS]) == 1;
	/* A second result wakes nobody: the list's element was taken, or is there already. */
	redis_add(store, "HSETNX %s result %b", key.text, result->data, result->len);
	redis_add(store, "HSET %s status done", key.text);
	redis_add(store, "EXPIRE %s %d", key.text, kept_s(only_asked));
	redis_add(store, "HGET %s attended", key.text);
	redis_add(store, "RPUSH %s done", done.text);
	redis_add(store, "EXPIRE %s %d", done.text, kept_s(only_asked));
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		goto out;
	*out = (struct command_done){.first = reply_number(replies.item[0]) == 1,
				     .unattended = reply_number(replies.item[3]) == 0,
				     .only_asked = only_asked};
	reply_append(fields[FIELD_USER], &out->user);
	reply_append(fields[FIELD_SERVICE_NAME], &out->service_name);
	reply_append(fields[FIELD_ACTION], &out->action);
	reply_append(fields[FIELD_METHOD], &out->method);
	replies_free(&replies);
out:
	replies_free(&known);
	return err;
}

/* The status that is shown. After its end no worker runs a command any more, so then it has expired, whatever
 * is noted. */
static const char *status_of(redisReply **fields, int64_t now_ms)
{
	const char *status = reply_is_text(fields[FIELD_STATUS]) ? fields[FIELD_STATUS]->str : "expired";

	if (strcmp(status, "done") != 0 && reply_number(fields[FIELD_EXPIRES_AT]) < now_ms)
		return "expired";
	return status;
}

enum err commands_show(struct store *store, const char *id, int64_t now_ms, struct buf *out)
{
	/* clang-format off */
	static const struct {
		const char *name;
		enum field field;
		enum { AS_TEXT, AS_JSON, AS_TIME, AS_STATUS } how;
	} MEMBERS[] = {
		{"worker_id",    FIELD_WORKER_ID,    AS_TEXT},
		{"type",         FIELD_TYPE,         AS_TEXT},
		{"service_name", FIELD_SERVICE_NAME, AS_TEXT},
		{"action",       FIELD_ACTION,       AS_TEXT},
		{"method",       FIELD_METHOD,       AS_TEXT},
		{"params",       FIELD_PARAMS,       AS_JSON},
		{"user",         FIELD_USER,         AS_TEXT},
		{"created_at",   FIELD_CREATED_AT,   AS_TIME},
		{"expires_at",   FIELD_EXPIRES_AT,   AS_TIME},
		{"status",       FIELD_STATUS,       AS_STATUS},
		{"result",       FIELD_RESULT,       AS_JSON},
	};
	/* clang-format on */
	struct json_out json = {.buf = out};
	struct replies replies;
	redisReply **fields;
	enum err err = load(store, id, &replies);

	if (err != ERR_NONE)
		return err;
	fields = replies.item[0]->element;
	json_open(&json, '{');
	json_put_text(&json, "command_id", id);
	for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(*MEMBERS); i++) {
		const redisReply *field = fields[MEMBERS[i].field];

		if (MEMBERS[i].how == AS_TIME)
			json_put_time(&json, MEMBERS[i].name, reply_number(field));
		else if (MEMBERS[i].how == AS_STATUS)
			json_put_text(&json, MEMBERS[i].name, status_of(fields, now_ms));
		else if (reply_is_text(field) && MEMBERS[i].how == AS_JSON)
			json_put_raw(&json, MEMBERS[i].name, field->str, field->len);
		else if (reply_is_text(field))
			json_put_text_len(&json, MEMBERS[i].name, field->str, field->len);
	}
	json_close(&json, '}');
	replies_free(&replies);
	return ERR_NONE;
}
