/* The table of command types, and the delivery of results. */
#include "reporter/command.h"

#include "common/id.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/backoff.h"
#include "reporter/control.h"
#include "reporter/ledger.h"
#include "reporter/services.h"

#include <stdlib.h>
#include <string.h>

enum { RETRY_MIN_MS = 250, RETRY_MAX_MS = 15 * 1000 };

/* A service command under way. */
struct run {
	struct commands *commands;
	struct run *next;
	char id[ID_NODE_SIZE];
};

struct commands {
	struct uplink *uplink;
	struct reporter *reporter;
	struct ledger *ledger;
	struct run *runs;
	struct uplink_call *call; /* a result on its way */
	char delivering[ID_NODE_SIZE];
	struct timer *retry;
	struct backoff backoff;
};

/* --- results ------------------------------------------------------------------------------------ */

struct result {
	const char *code; /* NULL: success */
	const char *message;
	const char *status;	  /* of the service; may be NULL */
	const struct buf *answer; /* of an rpc; may be NULL */
};

static void deliver(struct commands *commands);

/* Statuses after which the same result will never be wanted. */
static bool is_final(const struct uplink_answer *answer)
{
	static const int statuses[] = {400, 404, 409, 410, 413, 422};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (answer->status == statuses[i])
			return true;
	}
	return answer->outcome == UPLINK_TAKEN;
}

static void on_delivered(void *user, const struct uplink_answer *answer)
{
	struct commands *commands = user;

	commands->call = NULL;
	if (!is_final(answer)) {
		timer_start(commands->retry, backoff_next(&commands->backoff));
		return;
	}
	if (answer->outcome != UPLINK_TAKEN)
		log_warning("command", "result not wanted id=%s status=%d error=%s", commands->delivering,
			    answer->status, answer->error);
	backoff_reset(&commands->backoff);
	ledger_delivered(commands->ledger, commands->delivering);
	deliver(commands);
}

static void deliver(struct commands *commands)
{
	const char *result, *id;
	size_t len;
	struct buf body = {0};

	if (commands->call || timer_is_started(commands->retry))
		return;
	id = ledger_undelivered(commands->ledger, &result, &len);
	if (!id)
		return;
	memcpy(commands->delivering, id, strlen(id) + 1);
	buf_append(&body, result, len);
	commands->call = uplink_post(commands->uplink, "/api/reporter/result", &body, on_delivered, commands);
}

static void on_retry(void *user)
{
	deliver(user);
}

static void finish(struct commands *commands, const char *id, const struct result *result)
{
	struct buf body = {0};
	struct json_out json = {.buf = &body};

	json_open(&json, '{');
	json_put_text(&json, "command_id", id);
	json_put_bool(&json, "success", !result->code);
	json_put_text(&json, result->code ? "error" : "message", result->message);
	if (result->code)
		json_put_text(&json, "code", result->code);
	if (result->status)
		json_put_text(&json, "status", result->status);
	if (result->answer)
		json_put_raw(&json, "result", result->answer->data, result->answer->len);
	json_close(&json, '}');
	log_info("command", "done id=%s success=%d message=%s", id, !result->code, result->message);
	ledger_finish(commands->ledger, id, body.data, body.len);
	buf_free(&body);
	deliver(commands);
}

/* --- types -------------------------------------------------------------------------------------- */

static void on_acted(void *user, const struct services_result *acted)
{
	struct run *run = user, **link = &run->commands->runs;
	struct result result = {.code = acted->code, .message = acted->message, .status = acted->status};

	finish(run->commands, run->id, &result);
	while (*link != run)
		link = &(*link)->next;
	*link = run->next;
	free(run);
}

static void run_service(struct commands *commands, const char *id, const struct json *command)
{
	const char *name = json_text(json_get(command, "service_name"));
	const char *action = json_text(json_get(command, "action"));
	struct run *run = mem_alloc(1, sizeof(*run));

	*run = (struct run){.commands = commands, .next = commands->runs};
	memcpy(run->id, id, strlen(id) + 1);
	commands->runs = run;
	services_act(reporter_services(commands->reporter), name ? name : "", action ? action : "", on_acted,
		     run);
}

static void run_rpc(struct commands *commands, const char *id, const struct json *command)
{
	const char *method = json_text(json_get(command, "method"));
	struct buf answer = {0};
	struct reason why = {.text = ""};
	enum err err = control_call(commands->reporter, method ? method : "", json_get(command, "params"),
				    &answer, &why);
	struct result result = {.code = err ? err_code(err) : NULL,
				.message = err ? why.text : "done",
				.answer = err ? NULL : &answer};

	finish(commands, id, &result);
	buf_free(&answer);
}

static void run_unknown(struct commands *commands, const char *id, const struct json *command)
{
	struct result result = {.code = err_code(ERR_INVALID),
				.message = "this reporter does not know such a command"};

	(void)command;
	finish(commands, id, &result);
}

static void run_expired(struct commands *commands, const char *id, const struct json *command)
{
	struct result result = {.code = "expired", .message = "the command came too late"};

	(void)command;
	finish(commands, id, &result);
}

typedef void (*run_fn)(struct commands *commands, const char *id, const struct json *command);

static const struct {
	const char *type;
	run_fn run;
} TYPES[] = {
	{"service", run_service},
	{"rpc", run_rpc},
};

static run_fn run_of(const struct json *command)
{
	const char *type = json_text(json_get(command, "type"));
	const struct json *expires = json_get(command, "expires_in_ms");

	if (json_is_number(expires) && json_number(expires) <= 0)
		return run_expired;
	for (size_t i = 0; type && i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
		if (strcmp(TYPES[i].type, type) == 0)
			return TYPES[i].run;
	}
	return run_unknown;
}

void commands_take(struct commands *commands, const struct json *command)
{
	const char *id = json_text(json_get(command, "id"));

	if (!id_is_node(id)) {
		log_warning("command", "a command without a usable id is ignored");
		return;
	}
	if (ledger_knows(commands->ledger, id)) {
		log_debug("command", "known already id=%s", id);
		return;
	}
	if (ledger_begin(commands->ledger, id)) {
		/* Unknown still, so that it can run if it is sent again before it expires. */
		log_error("command", "not run, because that could not be noted id=%s", id);
		return;
	}
	log_info("command", "begun id=%s", id);
	run_of(command)(commands, id, command);
}

void commands_take_text(struct commands *commands, const char *json, size_t len)
{
	struct json *command = NULL;
	struct reason why;

	if (json_parse(json, len, &command, &why)) {
		log_warning("command", "not JSON: %s", why.text);
		return;
	}
	commands_take(commands, command);
	json_free(command);
}

/* --- life --------------------------------------------------------------------------------------- */

enum err commands_new(struct loop *loop, const struct config *config, struct uplink *uplink,
		      struct reporter *reporter, struct commands **out, struct reason *why)
{
	struct ledger *ledger = NULL;
	enum err err = ledger_open(config->reporter.state_dir, &ledger, why);
	struct commands *commands;

	if (err)
		return err;
	commands = mem_alloc(1, sizeof(*commands));
	*commands = (struct commands){.uplink = uplink, .reporter = reporter, .ledger = ledger};
	commands->backoff = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
	commands->retry = loop_timer(loop, on_retry, commands);
	deliver(commands);
	*out = commands;
	return ERR_NONE;
}

void commands_free(struct commands *commands)
{
	if (!commands)
		return;
	while (commands->runs) {
		struct run *run = commands->runs;

		commands->runs = run->next;
		free(run);
	}
	uplink_cancel(commands->call);
	timer_free(commands->retry);
	ledger_close(commands->ledger);
	free(commands);
}

bool commands_are_running(const struct commands *commands)
{
	return commands->runs != NULL;
}

bool commands_are_settled(const struct commands *commands)
{
	return ledger_is_settled(commands->ledger);
}
