/*
 * What becomes of a command: it is known, refused, or run, and a result goes to the coordinator. The types of
 * commands are a table. Nothing is known here of how a result is sent (outbox.c) or remembered (ledger.c),
 * nor of what services and methods do.
 *
 * A command that changes something is in the ledger before it begins, so `tell` knows by the ledger alone
 * what to do with a result: one of a noted command is kept until it is delivered, any other may be lost,
 * because the coordinator can ask again.
 */
#include "reporter/commands/command.h"

#include "common/clock.h"
#include "common/id.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/result_code.h"
#include "reporter/commands/ledger.h"
#include "reporter/commands/methods.h"
#include "reporter/commands/outbox.h"
#include "reporter/services/services.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum run_state {
	RUN_WAITING, /* for the commands before it */
	RUN_ACTING,  /* its service's action is under way */
};

/* A service command, from its note in the ledger to its result. */
struct run {
	struct commands *commands;
	struct run *next;
	enum run_state state;
	char id[ID_NODE_SIZE];
	char *service, *action;
	int64_t expires_ms; /* monotonic */
};

struct commands {
	struct scheduler *scheduler;
	struct ledger *ledger;
	struct outbox *outbox;
	struct run *runs; /* oldest first */
	bool in_turn;
};

/* --- results ------------------------------------------------------------------------------------ */

struct result {
	const char *code; /* NULL: success */
	const char *message;
	const char *status;	  /* of the service; may be NULL */
	const struct buf *answer; /* of an rpc, JSON; may be NULL */
};

/* Sends the contract's result of a command. */
static void tell(struct commands *commands, const char *id, const struct result *result)
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
	if (ledger_knows(commands->ledger, id)) {
		log_info("command", "done id=%s success=%d message=%s", id, !result->code, result->message);
		ledger_finish(commands->ledger, id, body.data, body.len);
		outbox_send(commands->outbox);
	} else {
		outbox_add(commands->outbox, id, &body);
	}
	buf_free(&body);
}

static void refuse(struct commands *commands, const char *id, enum result_code code, const char *message)
{
	const char *name = result_code_name(code);

	log_warning("command", "refused id=%s code=%s: %s", id, name, message);
	tell(commands, id, &(struct result){.code = name, .message = message});
}

/* How long the command may still run. Without a number it expires as late as any. */
static int64_t expires_in_ms(const struct json *command)
{
	const struct json *expires = json_get(command, "expires_in_ms");
	double longest = (double)LIMIT_COMMAND_KEPT_S * 1000;

	if (!json_is_number(expires) || json_number(expires) > longest)
		return (int64_t)longest;
	return json_number(expires) > 0 ? (int64_t)json_number(expires) : 0;
}

/* --- services ----------------------------------------------------------------------------------- */

static void run_free(struct run *run)
{
	struct run **link = &run->commands->runs;

	while (*link != run)
		link = &(*link)->next;
	*link = run->next;
	free(run->service);
	free(run->action);
	free(run);
}

static void run_start(struct run *run);

static void on_acted(void *user, const struct services_result *acted)
{
	struct run *run = user;
	struct commands *commands = run->commands;

	tell(commands, run->id,
	     &(struct result){.code = acted->code, .message = acted->message, .status = acted->status});
	run_free(run);
	if (commands->runs && commands->runs->state == RUN_WAITING)
		run_start(commands->runs);
}

static void run_start(struct run *run)
{
	assert(run->state == RUN_WAITING);
	run->state = RUN_ACTING;
	if (clock_monotonic_ms() < run->expires_ms)
		services_act(scheduler_services(run->commands->scheduler), run->service, run->action,
			     on_acted, run);
	else
		on_acted(run, &(struct services_result){.code = result_code_name(RESULT_EXPIRED),
							.message = "it expired while others before it ran"});
}

/* SAMPLE {"id":"3f0c…","type":"service","expires_in_ms":30000,"service_name":"web","action":"restart"} */
static void run_service(struct commands *commands, const char *id, const struct json *command)
{
	const char *name = json_text(json_get(command, "service_name"));
	const char *action = json_text(json_get(command, "action"));
	struct run *run = mem_alloc(1, sizeof(*run)), **last = &commands->runs;

	*run = (struct run){.commands = commands,
			    .service = mem_text(name ? name : ""),
			    .action = mem_text(action ? action : ""),
			    .expires_ms = clock_monotonic_ms() + expires_in_ms(command)};
	memcpy(run->id, id, strlen(id) + 1);
	while (*last)
		last = &(*last)->next;
	*last = run;
	if (!commands->in_turn || commands->runs == run)
		run_start(run);
}

/* --- methods ------------------------------------------------------------------------------------ */

/* SAMPLE {"id":"3f0c…","type":"rpc","expires_in_ms":30000,"method":"set_interval","params":{"interval":60}} */
static void run_rpc(struct commands *commands, const char *id, const struct json *command)
{
	struct buf text = {0};
	struct reason why = {.text = ""};
	struct result result = {.message = "done", .answer = &text};
	enum err err = methods_call(commands->scheduler, command, &text, &why);

	if (err != ERR_NONE) {
		enum result_code code = err == ERR_NOT_FOUND ? RESULT_UNKNOWN_METHOD : RESULT_INVALID;

		result = (struct result){.code = result_code_name(code), .message = why.text};
	}
	tell(commands, id, &result);
	buf_free(&text);
}

/* --- taking ------------------------------------------------------------------------------------- */

static const struct type {
	const char *name;
	bool (*only_asks)(const struct json *command); /* it changes nothing and is not noted; NULL: never */
	void (*run)(struct commands *commands, const char *id, const struct json *command);
} TYPES[] = {
	{"service", NULL, run_service},
	{"rpc", methods_only_asks, run_rpc},
};

void commands_take(struct commands *commands, const struct json *command)
{
	const char *id = json_text(json_get(command, "id")), *name = json_text(json_get(command, "type"));
	struct reason why = {.text = ""};
	const struct type *type = NULL;

	if (!id_is_node(id)) {
		log_warning("command", "a command without a usable id is ignored");
		return;
	}
	if (ledger_knows(commands->ledger, id) || outbox_knows(commands->outbox, id)) {
		log_debug("command", "known already id=%s", id);
		return;
	}
	if (expires_in_ms(command) == 0) {
		refuse(commands, id, RESULT_EXPIRED, "the command came too late");
		return;
	}
	for (size_t i = 0; name && i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
		if (strcmp(TYPES[i].name, name) == 0)
			type = &TYPES[i];
	}
	if (!type) {
		refuse(commands, id, RESULT_INVALID, "this reporter does not know such a command");
		return;
	}
	if (!type->only_asks || !type->only_asks(command)) {
		enum err err = ledger_begin(commands->ledger, id, expires_in_ms(command), &why);

		if (err != ERR_NONE) {
			refuse(commands, id, err == ERR_CONFLICT ? RESULT_LEDGER_FULL : RESULT_NOT_NOTED,
			       why.text);
			return;
		}
		log_info("command", "begun id=%s", id);
	}
	type->run(commands, id, command);
}

void commands_take_text(struct commands *commands, const char *json, size_t len)
{
	struct json *command = NULL;
	struct reason why;

	if (json_parse(json, len, &command, &why) != ERR_NONE) {
		log_warning("command", "not JSON: %s", why.text);
		return;
	}
	commands_take(commands, command);
	json_free(command);
}

/* --- life --------------------------------------------------------------------------------------- */

enum err commands_new(struct loop *loop, const struct commands_options *options, struct commands **out,
		      struct reason *why)
{
	struct ledger *ledger = NULL;
	enum err err = ledger_open(options->state_dir, &ledger, why);
	struct commands *commands;

	if (err != ERR_NONE)
		return err;
	commands = mem_alloc(1, sizeof(*commands));
	*commands = (struct commands){
		.scheduler = options->scheduler, .ledger = ledger, .in_turn = options->in_turn};
	commands->outbox = outbox_new(loop, options->uplink, ledger);
	*out = commands;
	return ERR_NONE;
}

void commands_free(struct commands *commands)
{
	if (!commands)
		return;
	while (commands->runs)
		run_free(commands->runs);
	outbox_free(commands->outbox);
	ledger_close(commands->ledger);
	free(commands);
}

bool commands_are_running(const struct commands *commands)
{
	return commands->runs != NULL;
}

bool commands_are_settled(const struct commands *commands)
{
	return ledger_is_settled(commands->ledger) && outbox_is_empty(commands->outbox);
}
