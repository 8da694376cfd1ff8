/* metrics_reporter: a worker's reporter, spoken to through the coordinator. */
#include "fcgi/rpc/reporter.h"

#include "common/limits.h"
#include "fcgi/model/overview.h"

#include <string.h>

#define ACTION_MAX 32

/* Without a worker_id it is the coordinator's own reporter, which runs where the method was called. */
static enum err read_worker(struct rpc_call *call, const char **out)
{
	*out = ID_COORDINATOR;
	return json_optional_text(call->params, "", "worker_id", LIMIT_NAME, out, call->why);
}

enum err rpc_run_order(struct rpc_call *call, const struct command_order *order, struct command_outcome *out)
{
	const struct rpc_caller *caller = call->caller;
	struct command_caller by = {caller->session->subject, caller->address, caller->until_ms};

	return command_run(caller->context, &by, order, out, call->why);
}

/* What the worker's own method answered; an answer of ours where it only says that it is done. */
static enum err write_workers_answer(struct rpc_call *call, const struct command_order *order,
				     const struct command_outcome *outcome, struct buf *result)
{
	struct json *answer = NULL;
	const struct json *inner;
	enum err err = ERR_NONE;

	if (!outcome->queued)
		err = json_parse(buf_string(&outcome->result), outcome->result.len, &answer, call->why);
	if (err != ERR_NONE)
		return ERR_WORKER_FAILED;
	inner = json_get(answer, "result");
	if (!outcome->queued && !json_is_true(json_get(answer, "success"))) {
		const char *sentence = json_text(json_get(answer, "error"));

		err = reason_set(call->why, ERR_WORKER_FAILED, "%s: %.200s", order->node,
				 sentence ? sentence : "the worker failed");
	} else if (inner && !json_is_null(inner)) {
		json_write(result, inner);
	} else {
		command_write_answer(order, outcome, result);
	}
	json_free(answer);
	return err;
}

/* A method of the worker's reporter. */
static enum err ask_reporter(struct rpc_call *call, struct command_order *order, struct buf *result)
{
	struct command_outcome outcome = {.queued = false};
	enum err err;

	err = read_worker(call, &order->node);
	if (err == ERR_NONE)
		err = rpc_run_order(call, order, &outcome);
	if (err != ERR_NONE)
		return err;
	err = write_workers_answer(call, order, &outcome, result);
	command_outcome_free(&outcome);
	return err;
}

/* A question. One that comes by cron cannot be asked, but tells with each report. */
static enum err ask_state(struct rpc_call *call, struct command_order *order, struct buf *result)
{
	const char *node = NULL;
	bool told = false;
	enum err err = read_worker(call, &node);

	order->only_asks = true;
	if (err == ERR_NONE)
		err = overview_reporter_of_cron(call->caller->context->store, node, result, &told, call->why);
	return err != ERR_NONE || told ? err : ask_reporter(call, order, result);
}

enum err rpc_reporter_get_stats(struct rpc_call *call, struct buf *result)
{
	struct buf params = {0};
	struct command_order order = {.method = "metrics_reporter.get_stats", .params = &params};
	enum err err;

	buf_text(&params, "{}");
	err = ask_state(call, &order, result);
	buf_free(&params);
	return err;
}

static bool is_action(const char *text)
{
	static const char *const ACTIONS[] = {"start", "stop", "status", "report_now"};

	for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(*ACTIONS); i++)
		if (strcmp(text, ACTIONS[i]) == 0)
			return true;
	return false;
}

enum err rpc_reporter_control(struct rpc_call *call, struct buf *result)
{
	struct command_order order = {.method = "metrics_reporter.control_reporter"};
	const char *action = NULL;
	struct buf params = {0};
	struct json_out json = {.buf = &params};
	enum err err = json_need_text(call->params, "", "action", ACTION_MAX, &action, call->why);

	if (err != ERR_NONE)
		return err;
	if (!is_action(action))
		return reason_set(call->why, ERR_INVALID, "action must be start, stop, status or report_now");
	json_open(&json, '{');
	json_put_text(&json, "action", action);
	json_close(&json, '}');
	order.params = &params;
	err = (strcmp(action, "status") == 0 ? ask_state : ask_reporter)(call, &order, result);
	buf_free(&params);
	return err;
}

enum err rpc_reporter_set_interval(struct rpc_call *call, struct buf *result)
{
	struct command_order order = {.method = "metrics_reporter.set_interval"};
	const struct json *given = json_get(call->params, "interval");
	struct buf params = {0};
	struct json_out json = {.buf = &params};
	int64_t interval_s = 0;
	enum err err = ERR_NONE;

	if (!given)
		return reason_set(call->why, ERR_INVALID, "interval is missing");
	if (!json_is_null(given))
		err = json_need_integer(call->params, "", "interval", LIMIT_INTERVAL_MIN_S,
					LIMIT_INTERVAL_MAX_S, &interval_s, call->why);
	if (err != ERR_NONE)
		return err;
	json_open(&json, '{');
	json_put_value(&json, "interval", given);
	json_close(&json, '}');
	order.params = &params;
	err = ask_reporter(call, &order, result);
	buf_free(&params);
	return err;
}
