/*
 * metrics_reporter: a worker's reporter, spoken to through the coordinator. Each method checks its own params
 * and then becomes a command of the same name, which the worker carries out (model/command.h).
 *
 * A cron worker is not there to be asked. What only asks is answered from its last report instead; what
 * changes something is queued until it comes.
 */
#include "fcgi/rpc/reporter.h"

#include "common/limits.h"
#include "fcgi/model/overview.h"

#include <string.h>

#define ACTION_MAX 32

enum err rpc_run_order(struct rpc_call *call, const struct command_order *order, struct command_outcome *out)
{
	struct command_caller caller = {
		.user = call->caller->session->subject,
		.address = call->caller->address,
		.until_ms = call->caller->until_ms,
	};

	return command_run(call->caller->context, &caller, order, out, call->why);
}

/* Runs the order and appends what the worker's own method answered, or our answer where it gave none. */
static enum err order_reporter(struct rpc_call *call, const struct command_order *order, struct buf *result)
{
	struct command_outcome outcome;
	const struct json *inner;
	enum err err = rpc_run_order(call, order, &outcome);

	if (err != ERR_NONE)
		return err;
	inner = json_get(outcome.result, "result");
	if (!outcome.queued && !json_is_true(json_get(outcome.result, "success"))) {
		const char *sentence = json_text(json_get(outcome.result, "error"));

		err = reason_set(call->why, ERR_WORKER_FAILED, "%s: %.200s", order->node,
				 sentence ? sentence : "the worker failed");
	} else if (inner && !json_is_null(inner)) {
		json_write(result, inner);
	} else {
		command_write_answer(order, &outcome, result);
	}
	command_outcome_free(&outcome);
	return err;
}

/*
 * Runs a method of the reporter that `worker_id` names, by default the coordinator's own, which runs where
 * this was called. `params` is closed by the caller and freed here.
 */
static enum err call_reporter(struct rpc_call *call, struct command_order *order, struct buf *params,
			      struct buf *result)
{
	bool told = false;
	enum err err;

	order->node = ID_COORDINATOR;
	order->params = params;
	err = json_optional_text(call->params, "", "worker_id", LIMIT_NAME, &order->node, call->why);
	if (err != ERR_NONE)
		goto out;
	if (order->only_asks) {
		err = overview_reporter_of_cron(call->store, order->node, result, &told, call->why);
		if (err != ERR_NONE || told)
			goto out;
	}
	err = order_reporter(call, order, result);
out:
	buf_free(params);
	return err;
}

enum err rpc_reporter_get_stats(struct rpc_call *call, struct buf *result)
{
	struct command_order order = {.method = "metrics_reporter.get_stats", .only_asks = true};
	struct buf params = {0};

	buf_text(&params, "{}");
	return call_reporter(call, &order, &params, result);
}

enum err rpc_reporter_control(struct rpc_call *call, struct buf *result)
{
	static const char *const ACTIONS[] = {"start", "stop", "status", "report_now"};
	const size_t count = sizeof(ACTIONS) / sizeof(*ACTIONS);
	struct command_order order = {.method = "metrics_reporter.control_reporter"};
	const char *action = NULL;
	struct buf params = {0};
	struct json_out json = {.buf = &params};
	size_t i = 0;
	enum err err = json_need_text(call->params, "", "action", ACTION_MAX, &action, call->why);

	if (err != ERR_NONE)
		return err;
	while (i < count && strcmp(action, ACTIONS[i]) != 0)
		i++;
	if (i == count)
		return reason_set(call->why, ERR_INVALID, "action must be start, stop, status or report_now");
	order.only_asks = strcmp(action, "status") == 0;
	json_open(&json, '{');
	json_put_text(&json, "action", action);
	json_close(&json, '}');
	return call_reporter(call, &order, &params, result);
}

/* An interval of null lets the coordinator choose again; that is why it must be there and may be null. */
enum err rpc_reporter_set_interval(struct rpc_call *call, struct buf *result)
{
	struct command_order order = {.method = "metrics_reporter.set_interval"};
	const struct json *given = json_get(call->params, "interval");
	struct buf params = {0};
	struct json_out json = {.buf = &params};
	int64_t interval_s = 0;

	if (!given)
		return reason_set(call->why, ERR_INVALID, "interval is missing");
	if (!json_is_null(given)) {
		enum err err = json_need_integer(call->params, "", "interval", LIMIT_INTERVAL_MIN_S,
						 LIMIT_INTERVAL_MAX_S, &interval_s, call->why);

		if (err != ERR_NONE)
			return err;
	}
	json_open(&json, '{');
	json_put_value(&json, "interval", given);
	json_close(&json, '}');
	return call_reporter(call, &order, &params, result);
}
