/* Commands in Redis: a hash each while they are kept, a list for each cron worker, a list to wait on. */
#include "fcgi/store/commands.h"

#include "common/command.h"
#include "common/json.h"
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
	struct key channel = channel_of_commands(command->node);
	struct buf waiting = {0};
	struct replies replies;
	enum err err;

	write_waiting(command, &waiting);
	add_command(store, command, "sent", 1);
	redis_add(store, "PUBLISH %s %b", channel.text, waiting.data, waiting.len);
	err = redis_run(store, &replies);
	buf_free(&waiting);
	if (err != ERR_NONE)
		return err;
	if (reply_number(replies.item[replies.count - 1]) == 0) {
		redis_add(store, "DEL %s", key_of_command(command->id).text);
		err = redis_run_only(store);
		if (err == ERR_NONE)
			err = ERR_WORKER_NOT_CONNECTED;
	}
	replies_free(&replies);
	return err;
}

enum err commands_queue(struct store *store, const struct command *command)
{
	struct key list = key_of_node(NODE_COMMANDS, command->node);
	struct buf waiting = {0};
	struct replies replies;
	enum err err;

	redis_add(store, "LLEN %s", list.text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	if (reply_number(replies.item[0]) >= LIMIT_COMMANDS_A_NODE)
		err = ERR_CONFLICT;
	replies_free(&replies);
	if (err != ERR_NONE)
		return err;
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
static enum err note_sent(struct store *store, const char *kept, size_t len)
{
	static const char MARK[] = " {\"id\":\"";
	const char *id = memmem(kept, len, MARK, strlen(MARK));
	char copy[ID_RANDOM_SIZE];

	if (!id || len - (size_t)(id - kept) < strlen(MARK) + sizeof(copy))
		return ERR_NONE;
	memcpy(copy, id + strlen(MARK), sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	redis_add(store, "HSET %s status sent", key_of_command(copy).text);
	return redis_run_only(store);
}

enum err commands_hand_out(struct store *store, const char *kept, size_t len, int64_t now_ms,
			   struct json_out *out)
{
	struct buf command = {0};
	enum err err = ERR_NONE;

	if (command_write(&command, kept, len, now_ms) == ERR_NONE) {
		json_put_raw(out, NULL, command.data, command.len);
		err = note_sent(store, kept, len);
	}
	buf_free(&command);
	return err;
}

static enum err load_result(struct store *store, const char *id, struct buf *result)
{
	struct replies replies;
	enum err err;

	redis_add(store, "HGET %s result", key_of_command(id).text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	if (!reply_is_text(replies.item[0]))
		err = ERR_WORKER_TIMEOUT;
	reply_append(replies.item[0], result);
	replies_free(&replies);
	return err;
}

enum err commands_wait(struct store *store, const char *id, int64_t timeout_ms, struct buf *result)
{
	struct replies replies;
	enum err err;

	redis_add(store, "BLPOP %s %lld", key_of_command_done(id).text, (long long)(timeout_ms + 999) / 1000);
	err = redis_run_waiting(store, timeout_ms, &replies);
	if (err != ERR_NONE)
		return err;
	replies_free(&replies);
	err = load_result(store, id, result);
	if (err != ERR_WORKER_TIMEOUT)
		return err;
	redis_add(store, "HSET %s attended 0", key_of_command(id).text);
	err = redis_run_only(store);
	return err == ERR_NONE ? ERR_WORKER_TIMEOUT : err;
}

void command_done_free(struct command_done *done)
{
	buf_free(&done->user);
	buf_free(&done->service_name);
	buf_free(&done->action);
	buf_free(&done->method);
}

static enum err load(struct store *store, const char *id, struct replies *out)
{
	redis_add(
		store,
		"HMGET %s worker_id type service_name action method params user created_at expires_at status "
		"result attended only_asks",
		key_of_command(id).text);
	return redis_run(store, out);
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
	if (!reply_is_text(fields[FIELD_WORKER_ID]) || strcmp(fields[FIELD_WORKER_ID]->str, node) != 0) {
		replies_free(&known);
		return ERR_UNKNOWN_COMMAND;
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
	if (err == ERR_NONE) {
		*out = (struct command_done){.first = reply_number(replies.item[0]) == 1,
					     .unattended = reply_number(replies.item[3]) == 0,
					     .only_asked = only_asked};
		reply_append(fields[FIELD_USER], &out->user);
		reply_append(fields[FIELD_SERVICE_NAME], &out->service_name);
		reply_append(fields[FIELD_ACTION], &out->action);
		reply_append(fields[FIELD_METHOD], &out->method);
		replies_free(&replies);
	}
	replies_free(&known);
	return err;
}

static void put_text(struct json_out *json, const char *key, const redisReply *field)
{
	if (reply_is_text(field))
		json_put_text_len(json, key, field->str, field->len);
}

static void put_json(struct json_out *json, const char *key, const redisReply *field)
{
	if (reply_is_text(field))
		json_put_raw(json, key, field->str, field->len);
}

/* One that no worker has answered and none may run any more has expired, whoever noticed it. */
static const char *status_of(redisReply **fields, int64_t now_ms)
{
	const char *status = reply_is_text(fields[FIELD_STATUS]) ? fields[FIELD_STATUS]->str : "expired";

	if (strcmp(status, "done") != 0 && reply_number(fields[FIELD_EXPIRES_AT]) < now_ms)
		return "expired";
	return status;
}

enum err commands_show(struct store *store, const char *id, int64_t now_ms, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct replies replies;
	redisReply **fields;
	enum err err = load(store, id, &replies);

	if (err != ERR_NONE)
		return err;
	fields = replies.item[0]->element;
	if (!reply_is_text(fields[FIELD_WORKER_ID])) {
		replies_free(&replies);
		return ERR_UNKNOWN_COMMAND;
	}
	json_open(&json, '{');
	json_put_text(&json, "command_id", id);
	put_text(&json, "worker_id", fields[FIELD_WORKER_ID]);
	put_text(&json, "type", fields[FIELD_TYPE]);
	put_text(&json, "service_name", fields[FIELD_SERVICE_NAME]);
	put_text(&json, "action", fields[FIELD_ACTION]);
	put_text(&json, "method", fields[FIELD_METHOD]);
	put_json(&json, "params", fields[FIELD_PARAMS]);
	put_text(&json, "user", fields[FIELD_USER]);
	json_put_time(&json, "created_at", reply_number(fields[FIELD_CREATED_AT]));
	json_put_time(&json, "expires_at", reply_number(fields[FIELD_EXPIRES_AT]));
	json_put_text(&json, "status", status_of(fields, now_ms));
	put_json(&json, "result", fields[FIELD_RESULT]);
	json_close(&json, '}');
	replies_free(&replies);
	return ERR_NONE;
}
