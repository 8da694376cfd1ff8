/* Commands: judged by what is known of the worker, sent or queued, waited for, written down. */
#include "fcgi/model/command.h"

#include "common/action.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/result_code.h"
#include "fcgi/store/audit.h"
#include "fcgi/store/commands.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/waits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GRACE_MS 1000 /* a worker that answers just in time is still heard */

int64_t command_deadline(const struct context *context)
{
	return clock_monotonic_ms() + context->command_timeout_ms + GRACE_MS;
}

void command_outcome_free(struct command_outcome *outcome)
{
	buf_free(&outcome->result);
}

static enum err check_order(const struct command_order *order, struct reason *why)
{
	enum service_action action;

	if (!id_is_node(order->node))
		return reason_set(why, ERR_INVALID, "worker_id is not a node's id");
	if (order->method)
		return ERR_NONE;
	if (!id_is_service(order->service_name))
		return reason_set(why, ERR_INVALID, "service_name is not a service's name");
	if (service_action_parse(order->action, &action) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "action must be " SERVICE_ACTIONS_TEXT);
	return ERR_NONE;
}

/* The worker refuses as well; asking it is spared where its last report already tells. */
static enum err check_service(const struct json *state, const struct command_order *order, struct reason *why)
{
	const struct json *service = json_get(json_get(state, "services"), order->service_name);
	const struct json *actions = json_get(service, "actions");

	if (!service)
		return reason_set(why, ERR_UNKNOWN_SERVICE, "%s has no service %s", order->node,
				  order->service_name);
	if (!json_is_array(actions))
		return ERR_NONE;
	for (const struct json *action = json_first(actions); action; action = json_next(action))
		if (json_text(action) && strcmp(json_text(action), order->action) == 0)
			return ERR_NONE;
	return reason_set(why, ERR_ACTION_NOT_ALLOWED,
			  "%s does not allow to %s %s: its configuration says so", order->node, order->action,
			  order->service_name);
}

static enum err check_worker(struct store *store, const struct command_order *order, bool *is_cron,
			     struct reason *why)
{
	struct buf text = {0};
	struct json *state = NULL;
	const char *mode;
	enum err err = nodes_state(store, order->node, &text);

	if (err == ERR_UNKNOWN_NODE)
		err = reason_set(why, err, "there is no node %s", order->node);
	if (err == ERR_NONE)
		err = json_parse(text.data, text.len, &state, why);
	buf_free(&text);
	if (err != ERR_NONE)
		return err;
	mode = json_text(json_get(state, "mode"));
	*is_cron = mode && strcmp(mode, "cron") == 0;
	if (!order->method)
		err = check_service(state, order, why);
	json_free(state);
	return err;
}

static enum err judge_result(const struct command_order *order, const struct buf *text, struct reason *why)
{
	struct json *result = NULL;
	enum err err = json_parse(text->data, text->len, &result, why);

	if (err != ERR_NONE)
		return ERR_INTERNAL;
	if (!json_is_true(json_get(result, "success")))
		err = result_code_refusal(json_text(json_get(result, "code")));
	if (err != ERR_NONE) {
		const char *sentence = json_text(json_get(result, "error"));

		err = reason_set(why, err, "%s refused: %.200s", order->node,
				 sentence ? sentence : err_code(err));
	}
	json_free(result);
	return err;
}

static enum err send_and_wait(struct context *context, const struct command *command,
			      struct command_outcome *out, struct reason *why)
{
	int64_t answer_ms = command->expires_at_ms - command->created_at_ms;
	enum err err = commands_send(context->store, command);

	if (err == ERR_WORKER_NOT_CONNECTED)
		return reason_set(why, err, "%s is not connected", command->node);
	if (err == ERR_NONE)
		err = commands_wait(context->store, command->id, answer_ms + GRACE_MS, &out->result);
	if (err == ERR_WORKER_TIMEOUT)
		return reason_set(why, err, "%s did not answer in %" PRId64 " s; command %s", command->node,
				  (answer_ms + 999) / 1000, command->id);
	return err;
}

/* Questions leave half of what a user may take to commands that change something. */
static enum err wait_in_turn(struct context *context, const struct command *command,
			     struct command_outcome *out, struct reason *why)
{
	int64_t limit = command->only_asks ? (context->waits_a_user + 1) / 2 : context->waits_a_user;
	const struct wait wait = {
		.command_id = command->id,
		.until_ms = command->expires_at_ms + GRACE_MS,
		.user = {command->user, limit},
		.pool = {context->pool_id, context->waits_a_pool},
	};
	const struct waiter *full = NULL;
	enum err err = waits_begin(context->store, &wait, &full), ended;

	if (err == ERR_TOO_MANY_WAITING)
		return reason_set(why, err,
				  "%" PRId64 " calls of %s wait for workers already; try again later",
				  full->limit, full == &wait.user ? command->user : "all users together");
	if (err != ERR_NONE)
		return err;
	err = send_and_wait(context, command, out, why);
	ended = waits_end(context->store, &wait);
	return err == ERR_NONE ? ended : err;
}

static enum err keep_for_cron(struct context *context, const struct command *command,
			      struct command_outcome *out, struct reason *why)
{
	enum err err = commands_queue(context->store, command);

	if (err == ERR_CONFLICT)
		return reason_set(why, err, "%d commands wait for %s already", LIMIT_COMMANDS_A_NODE,
				  command->node);
	out->queued = err == ERR_NONE;
	return err;
}

/* How long the worker has for the command; 0 if what came before it in the request took all the time. */
static int64_t answer_within(const struct context *context, const struct command_caller *by,
			     const struct command_order *order)
{
	int64_t left_ms = by->until_ms - GRACE_MS - clock_monotonic_ms();
	int64_t most_ms = context->command_timeout_ms;

	if (order->only_asks && most_ms > LIMIT_QUESTION_MS)
		most_ms = LIMIT_QUESTION_MS;
	if (left_ms > most_ms)
		return most_ms;
	return left_ms > 0 ? left_ms : 0;
}

static enum err run_now(struct context *context, const struct command_caller *by,
			const struct command_order *order, struct command *command,
			struct command_outcome *out, struct reason *why)
{
	int64_t answer_ms = answer_within(context, by, order);
	enum err err;

	if (!answer_ms)
		return reason_set(why, ERR_WORKER_TIMEOUT,
				  "not sent to %s: the calls before it in the batch took all the time",
				  order->node);
	command->expires_at_ms = command->created_at_ms + answer_ms;
	err = wait_in_turn(context, command, out, why);
	return err == ERR_NONE ? judge_result(order, &out->result, why) : err;
}

static enum err execute(struct context *context, const struct command_caller *by,
			const struct command_order *order, struct command_outcome *out, struct reason *why)
{
	struct command command = {
		.node = order->node,
		.service_name = order->service_name,
		.action = order->action,
		.method = order->method,
		.params = order->params,
		.user = by->user,
		.only_asks = order->only_asks,
		.created_at_ms = clock_now_ms(),
	};
	bool is_cron = false;
	enum err err = check_worker(context->store, order, &is_cron, why);

	if (err != ERR_NONE)
		return err;
	id_random(command.id);
	memcpy(out->command_id, command.id, sizeof(command.id));
	if (!is_cron)
		return run_now(context, by, order, &command, out, why);
	/* A cron worker that does not come within this time is removed, and its commands with it. */
	command.expires_at_ms = command.created_at_ms + LIMIT_SILENCE_S * 1000;
	return keep_for_cron(context, &command, out, why);
}

static void name_action(const char *action, const char *method, char *out, size_t size)
{
	if (method)
		(void)snprintf(out, size, "%s", method);
	else
		(void)snprintf(out, size, "service.%s", action);
}

/* How a worker's result reads in the audit. */
struct verdict {
	const char *result;
	char message[256];
};

static struct verdict verdict_of(const struct buf *text)
{
	struct verdict verdict = {.result = "failed"};
	struct json *result = NULL;
	const char *message;

	if (json_parse(buf_string(text), text->len, &result, NULL) != ERR_NONE)
		return verdict;
	if (json_is_true(json_get(result, "success")))
		verdict.result = "succeeded";
	message =
		json_text(json_get(result, json_is_true(json_get(result, "success")) ? "message" : "error"));
	(void)snprintf(verdict.message, sizeof(verdict.message), "%s", message ? message : "");
	json_free(result);
	return verdict;
}

/* What was done is answered even if it cannot be written down. */
static void note(struct store *store, const struct audit_entry *entry)
{
	if (audit_add(store, entry) != ERR_NONE)
		log_error("command", "the audit misses user=%s action=%s node=%s result=%s", entry->user,
			  entry->action, entry->node, entry->result);
}

static void note_outcome(struct context *context, const struct command_caller *by,
			 const struct command_order *order, const struct command_outcome *out, enum err err,
			 const struct reason *why)
{
	struct verdict verdict = {.result = "refused"};
	bool tried = err == ERR_NONE || err == ERR_WORKER_TIMEOUT;
	char action[64];

	if (err == ERR_NONE && out->queued)
		verdict.result = "queued";
	else if (err == ERR_NONE)
		verdict = verdict_of(&out->result);
	else
		(void)snprintf(verdict.message, sizeof(verdict.message), "%s", why->text);
	if (err == ERR_WORKER_TIMEOUT)
		verdict.result = "failed";
	name_action(order->action, order->method, action, sizeof(action));
	note(context->store, &(struct audit_entry){
				     .user = by->user,
				     .address = by->address,
				     .action = action,
				     .node = order->node,
				     .target = order->service_name,
				     .result = verdict.result,
				     .message = verdict.message,
				     .command_id = *out->command_id ? out->command_id : NULL,
				     .on_service = order->service_name && tried,
			     });
}

enum err command_run(struct context *context, const struct command_caller *by,
		     const struct command_order *order, struct command_outcome *out, struct reason *why)
{
	int64_t began_ms = clock_monotonic_ms();
	struct command_outcome outcome = {.queued = false};
	enum err err = check_order(order, why);

	if (err != ERR_NONE)
		return err;
	err = execute(context, by, order, &outcome, why);
	outcome.duration_ms = clock_monotonic_ms() - began_ms;
	if (!order->only_asks)
		note_outcome(context, by, order, &outcome, err, why);
	if (err == ERR_NONE)
		*out = outcome;
	else
		command_outcome_free(&outcome);
	return err;
}

enum err command_take_result(struct store *store, const char *node, const char *command_id,
			     const struct buf *result)
{
	struct command_done done = {.first = false};
	struct verdict verdict;
	char action[64];
	enum err err = commands_finish(store, command_id, node, result, &done);

	if (err != ERR_NONE)
		return err;
	if (done.first && done.unattended && !done.only_asked) {
		verdict = verdict_of(result);
		name_action(buf_string(&done.action), done.method.len ? done.method.data : NULL, action,
			    sizeof(action));
		note(store, &(struct audit_entry){
				    .user = buf_string(&done.user),
				    .action = action,
				    .node = node,
				    .target = done.service_name.len ? done.service_name.data : NULL,
				    .result = verdict.result,
				    .message = verdict.message,
				    .command_id = command_id,
				    .on_service = done.service_name.len > 0,
			    });
	}
	command_done_free(&done);
	return ERR_NONE;
}

/* The worker's own words: these members of its result, where it gave them. */
static void put_result(struct json_out *json, const struct json *result)
{
	static const char *const MEMBERS[] = {"message", "error", "code", "status", "result"};

	for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(*MEMBERS); i++) {
		const struct json *member = json_get(result, MEMBERS[i]);

		if (member && !json_is_null(member))
			json_put_value(json, MEMBERS[i], member);
	}
}

void command_write_answer(const struct command_order *order, const struct command_outcome *outcome,
			  struct buf *out)
{
	struct json_out json = {.buf = out};
	struct json *result = NULL;

	if (!outcome->queued &&
	    json_parse(buf_string(&outcome->result), outcome->result.len, &result, NULL) != ERR_NONE)
		result = NULL;
	json_open(&json, '{');
	json_put_bool(&json, "success", outcome->queued || json_is_true(json_get(result, "success")));
	json_put_text(&json, "worker_id", order->node);
	if (order->method) {
		json_put_text(&json, "method", order->method);
	} else {
		json_put_text(&json, "service_name", order->service_name);
		json_put_text(&json, "action", order->action);
	}
	if (outcome->queued) {
		json_put_text(&json, "status", "queued");
		json_put_text(&json, "message", "the worker will do it with its next report");
	}
	if (!outcome->queued && !json_get(result, "status"))
		json_put_null(&json, "status");
	put_result(&json, result);
	json_put_text(&json, "command_id", outcome->command_id);
	json_put_integer(&json, "duration_ms", outcome->duration_ms);
	json_close(&json, '}');
	json_free(result);
}
