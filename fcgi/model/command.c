/*
 * A command's way from a user's order to the worker's answer. The functions stand in the order in which
 * things happen, and command_run behind them calls each in its turn: the order is checked, then sent and
 * waited for, or queued for a worker that comes by cron; what happened goes to the audit. The other
 * direction, a result that a worker sends, is the end of the file.
 *
 * A process of the pool that waits for a worker can do nothing else. Three bounds keep a slow worker from
 * taking the whole pool: a command expires after command-timeout (a question after LIMIT_QUESTION_MS), all
 * commands of one request share one deadline, and the store counts how many calls of a user and of the pool
 * wait (store/wait_lease.h). Questions may use only half of what a user has, so that polling never keeps the
 * same user from restarting a service.
 *
 * The worker judges an order by its own configuration and refuses what that does not allow. We check as much
 * as its last report tells, because that answers at once and costs the worker nothing; it is not the guard.
 * A worker never begins a command that has expired, so after a timeout the outcome is unknown only if the
 * worker had begun in time. Its late result comes through command_take_result and goes to the audit alone.
 * How a command is stored, published and awaited is the store's business (store/commands.h).
 */
#include "fcgi/model/command.h"

#include "common/action.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/node.h"
#include "common/result_code.h"
#include "fcgi/model/audits.h"
#include "fcgi/store/commands.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/wait_lease.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GRACE_MS 1000 /* a worker that answers in the last moment is still heard */

int64_t command_deadline(const struct context *context)
{
	return clock_monotonic_ms() + context->command_timeout_ms + GRACE_MS;
}

void command_outcome_free(struct command_outcome *outcome)
{
	json_free(outcome->result);
	outcome->result = NULL;
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

/* A report without `actions` comes from a reporter that does not tell them; the worker itself will judge. */
static bool may_be_allowed(const struct json *actions, const char *wanted)
{
	if (!json_is_array(actions))
		return true;
	for (const struct json *action = json_first(actions); action; action = json_next(action))
		if (json_text(action) && strcmp(json_text(action), wanted) == 0)
			return true;
	return false;
}

/* What the node's stored state says of the order: whether it can be done, and how often a cron worker comes
 * for it. The interval stays as it is for a worker that is connected. */
static enum err check_state(struct store *store, const struct command_order *order, int64_t *cron_interval_s,
			    struct reason *why)
{
	struct buf text = {0};
	struct json *state = NULL;
	const struct json *service;
	const char *mode;
	enum err err = nodes_state(store, order->node, &text);

	if (err == ERR_UNKNOWN_NODE)
		err = reason_set(why, err, "there is no node %s", order->node);
	if (err != ERR_NONE)
		goto out;
	err = json_parse(text.data, text.len, &state, why);
	if (err != ERR_NONE)
		goto out;
	mode = json_text(json_get(state, "mode"));
	if (mode && strcmp(mode, "cron") == 0)
		*cron_interval_s = (int64_t)json_number(json_get(state, "current_interval"));
	if (order->method)
		goto out;
	service = json_get(json_get(state, "services"), order->service_name);
	if (!service)
		err = reason_set(why, ERR_UNKNOWN_SERVICE, "%s has no service %s", order->node,
				 order->service_name);
	else if (!may_be_allowed(json_get(service, "actions"), order->action))
		err = reason_set(why, ERR_ACTION_NOT_ALLOWED,
				 "%s does not allow to %s %s: its configuration says so", order->node,
				 order->action, order->service_name);
out:
	json_free(state);
	buf_free(&text);
	return err;
}

/* The command waits until the worker's next report is overdue, and ten minutes at least. */
static enum err queue_for_cron(struct store *store, struct command *command, int64_t interval_s,
			       struct reason *why)
{
	int64_t least_ms = command->created_at_ms + LIMIT_SILENCE_S * 1000;
	int64_t overdue_ms = node_overdue_at(command->created_at_ms, interval_s);
	enum err err;

	command->expires_at_ms = overdue_ms > least_ms ? overdue_ms : least_ms;
	err = commands_queue(store, command);
	if (err == ERR_CONFLICT)
		return reason_set(why, err, "%d commands wait for %s already", LIMIT_COMMANDS_A_NODE,
				  command->node);
	return err;
}

/* Sends the command to a connected worker and waits until it answers or the command has expired. */
static enum err send_and_wait(struct store *store, const struct command *command, struct json **result,
			      struct reason *why)
{
	int64_t answer_ms = command->expires_at_ms - command->created_at_ms;
	struct buf text = {0};
	enum err err = commands_send(store, command);

	if (err == ERR_WORKER_NOT_CONNECTED)
		return reason_set(why, err, "%s is not connected", command->node);
	if (err != ERR_NONE)
		return err;
	err = commands_wait(store, command->id, answer_ms + GRACE_MS, &text);
	if (err == ERR_WORKER_TIMEOUT)
		err = reason_set(why, err, "%s did not answer in %" PRId64 " s; command %s", command->node,
				 (answer_ms + 999) / 1000, command->id);
	if (err != ERR_NONE)
		goto out;
	/* command_take_result wrote this text, so it parses unless something else wrote to Redis. */
	if (json_parse(buf_string(&text), text.len, result, why) != ERR_NONE)
		err = ERR_INTERNAL;
out:
	buf_free(&text);
	return err;
}

/* Bounds the wait: by the caller's deadline, and by how many calls may wait for workers at once. */
static enum err ask_worker(struct context *context, const struct command_caller *caller,
			   struct command *command, struct json **result, struct reason *why)
{
	int64_t left_ms = caller->until_ms - GRACE_MS - clock_monotonic_ms();
	int64_t answer_ms = context->command_timeout_ms;
	struct wait_lease lease = {.command_id = command->id,
				   .user = {caller->user, context->waits_a_user},
				   .pool = {context->pool_id, context->waits_a_pool}};
	const struct lease_holder *full = NULL;
	enum err err;

	if (command->only_asks) {
		lease.user.limit = (context->waits_a_user + 1) / 2;
		answer_ms = answer_ms < LIMIT_QUESTION_MS ? answer_ms : LIMIT_QUESTION_MS;
	}
	answer_ms = answer_ms < left_ms ? answer_ms : left_ms;
	if (answer_ms <= 0)
		return reason_set(why, ERR_WORKER_TIMEOUT,
				  "not sent to %s: the calls before it in the batch took all the time",
				  command->node);
	command->expires_at_ms = command->created_at_ms + answer_ms;
	lease.until_ms = command->expires_at_ms + GRACE_MS;

	err = wait_lease_take(context->store, &lease, &full);
	if (err == ERR_TOO_MANY_WAITING)
		return reason_set(why, err,
				  "%" PRId64 " calls of %s wait for workers already; try again later",
				  full->limit, full == &lease.user ? caller->user : "all users together");
	if (err != ERR_NONE)
		return err;
	err = send_and_wait(context->store, command, result, why);
	/* The worker may have done it: an error now would make the caller do it again. */
	if (wait_lease_release(context->store, &lease) != ERR_NONE)
		log_warning("command", "a lease stays until it ends by itself command=%s user=%s",
			    command->id, caller->user);
	return err;
}

/* A worker that did not even try says so by its code; that is an error, while a failed attempt is an answer.
 */
static enum err judge_result(const char *node, const struct json *result, struct reason *why)
{
	const char *sentence = json_text(json_get(result, "error"));
	enum err err;

	if (json_is_true(json_get(result, "success")))
		return ERR_NONE;
	err = result_code_refusal(json_text(json_get(result, "code")));
	if (err != ERR_NONE)
		return reason_set(why, err, "%s refused: %.200s", node, sentence ? sentence : err_code(err));
	return ERR_NONE;
}

/* How an order's end reads in the audit. */
struct verdict {
	const char *result;
	bool tried; /* the worker may have done something */
	char message[256];
};

/* `result` is NULL for a command that was queued, and does not matter if there was an error. */
static struct verdict verdict_of(enum err err, const struct json *result, const struct reason *why)
{
	bool success = json_is_true(json_get(result, "success"));
	struct verdict verdict = {.result = success ? "succeeded" : "failed", .tried = true};
	const char *message = json_text(json_get(result, success ? "message" : "error"));

	if (err == ERR_NONE && !result) {
		verdict.result = "queued";
	} else if (err != ERR_NONE) {
		/* After a timeout nobody knows what the worker did. */
		verdict.tried = err == ERR_WORKER_TIMEOUT;
		verdict.result = verdict.tried ? "failed" : "refused";
		message = why->text;
	}
	(void)snprintf(verdict.message, sizeof(verdict.message), "%s", message ? message : "");
	return verdict;
}

/* Names the action and writes the entry. */
static void note(struct store *store, struct audit_entry entry, const char *method,
		 const char *service_action)
{
	char action[64];

	(void)snprintf(action, sizeof(action), "%s%s", method ? "" : "service.",
		       method ? method : service_action);
	entry.action = action;
	audits_write(store, &entry);
}

enum err command_run(struct context *context, const struct command_caller *caller,
		     const struct command_order *order, struct command_outcome *out, struct reason *why)
{
	int64_t began_ms = clock_monotonic_ms(), cron_interval_s = 0;
	struct command command = {.node = order->node,
				  .service_name = order->service_name,
				  .action = order->action,
				  .method = order->method,
				  .params = order->params,
				  .user = caller->user,
				  .only_asks = order->only_asks,
				  .created_at_ms = clock_now_ms()};
	struct command_outcome outcome = {.result = NULL};
	struct verdict verdict;
	enum err err = check_order(order, why);

	if (err != ERR_NONE)
		return err;
	err = check_state(context->store, order, &cron_interval_s, why);
	outcome.queued = cron_interval_s > 0;
	if (err != ERR_NONE)
		goto note;
	id_random(command.id);
	memcpy(outcome.command_id, command.id, sizeof(command.id));
	if (outcome.queued) {
		err = queue_for_cron(context->store, &command, cron_interval_s, why);
		goto note;
	}
	err = ask_worker(context, caller, &command, &outcome.result, why);
	if (err != ERR_NONE)
		goto note;
	err = judge_result(order->node, outcome.result, why);
note:
	outcome.duration_ms = clock_monotonic_ms() - began_ms;
	verdict = verdict_of(err, outcome.result, why);
	if (!order->only_asks)
		note(context->store,
		     (struct audit_entry){.user = caller->user,
					  .address = caller->address,
					  .node = order->node,
					  .target = order->service_name,
					  .result = verdict.result,
					  .message = verdict.message,
					  .command_id = *outcome.command_id ? outcome.command_id : NULL,
					  .on_service = order->service_name && verdict.tried},
		     order->method, order->action);
	if (err != ERR_NONE) {
		command_outcome_free(&outcome);
		return err;
	}
	*out = outcome;
	return ERR_NONE;
}

void command_write_answer(const struct command_order *order, const struct command_outcome *outcome,
			  struct buf *out)
{
	/* The worker's own words, where it gave any. */
	static const char *const MEMBERS[] = {"message", "error", "code", "status", "result"};
	const struct json *result = outcome->result;
	struct json_out json = {.buf = out};

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
	} else if (!json_get(result, "status")) {
		json_put_null(&json, "status");
	}
	for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(*MEMBERS); i++) {
		const struct json *member = json_get(result, MEMBERS[i]);

		if (member && !json_is_null(member))
			json_put_value(&json, MEMBERS[i], member);
	}
	json_put_text(&json, "command_id", outcome->command_id);
	json_put_integer(&json, "duration_ms", outcome->duration_ms);
	json_close(&json, '}');
}

/* Checks a worker's result and appends what is kept of it; the request's body bounds its size. */
static enum err keep_result(const struct json *result, struct buf *out, struct reason *why)
{
	static const struct {
		const char *key;
		size_t max_len;
	} TEXTS[] = {{"message", LIMIT_MESSAGE},
		     {"error", LIMIT_MESSAGE},
		     {"code", LIMIT_NAME},
		     {"status", LIMIT_NAME}};
	const struct json *success = json_get(result, "success");
	struct json_out json = {.buf = out};

	if (!json_is_bool(success))
		return reason_set(why, ERR_INVALID, "success must be true or false");
	json_open(&json, '{');
	json_put_bool(&json, "success", json_is_true(success));
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		const char *text = NULL;
		enum err err = json_optional_text(result, "", TEXTS[i].key, TEXTS[i].max_len, &text, why);

		if (err != ERR_NONE)
			return err;
		if (text)
			json_put_text(&json, TEXTS[i].key, text);
	}
	if (json_get(result, "result"))
		json_put_value(&json, "result", json_get(result, "result"));
	json_close(&json, '}');
	return ERR_NONE;
}

enum err command_take_result(struct store *store, const char *node, const char *command_id,
			     const struct json *result, struct reason *why)
{
	struct command_done done = {.first = false};
	struct buf kept = {0};
	struct verdict verdict;
	const char *service;
	enum err err = keep_result(result, &kept, why);

	if (err != ERR_NONE)
		goto out;
	err = commands_finish(store, command_id, node, &kept, &done);
	if (err == ERR_UNKNOWN_COMMAND)
		err = reason_set(why, err, "there is no command %s for %s", command_id, node);
	if (err != ERR_NONE)
		goto out;
	service = done.service_name.len ? done.service_name.data : NULL;
	verdict = verdict_of(ERR_NONE, result, NULL);
	/* The caller of a late result has gone, so only the audit can tell what happened. */
	if (done.first && done.unattended && !done.only_asked)
		note(store,
		     (struct audit_entry){.user = buf_string(&done.user),
					  .node = node,
					  .target = service,
					  .result = verdict.result,
					  .message = verdict.message,
					  .command_id = command_id,
					  .on_service = service != NULL},
		     done.method.len ? done.method.data : NULL, buf_string(&done.action));
	command_done_free(&done);
out:
	buf_free(&kept);
	return err;
}
