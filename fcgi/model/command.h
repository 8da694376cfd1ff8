/*
 * Telling a worker to do something, and waiting for what comes of it: a service's action or a method of the
 * worker's reporter, the same for REST and RPC. Whoever asked is written to the audit.
 */
#ifndef FCGI_MODEL_COMMAND_H
#define FCGI_MODEL_COMMAND_H

#include "common/json.h"
#include "fcgi/http/context.h"

#include <stdbool.h>
#include <stdint.h>

/* The user who asks. */
struct command_caller {
	const char *user;
	const char *address; /* the client's, for the audit */
	int64_t until_ms;    /* no command waits beyond this (monotonic); command_deadline makes it */
};

/*
 * The end of the time that one request may wait for workers, however many commands it asks for: the setting
 * command-timeout and a second of grace from now on. Monotonic milliseconds.
 */
int64_t command_deadline(const struct context *context);

/* What the user wants: a service's action, or a method of the reporter. Texts of the other kind are NULL. */
struct command_order {
	const char *node;
	const char *service_name, *action;
	const char *method;
	const struct buf *params; /* a JSON object; with a method only */
	bool only_asks;		  /* it changes nothing: it gets less time, and no line in the audit */
};

/* What came of an order that did not fail; freed with command_outcome_free. */
struct command_outcome {
	char command_id[ID_RANDOM_SIZE];
	bool queued; /* for a worker that comes by cron: there is no result yet */
	int64_t duration_ms;
	struct json *result; /* the worker's answer, an object; NULL if queued */
};
void command_outcome_free(struct command_outcome *outcome);

/*
 * Checks the order against what the worker last reported, then sends it and waits for the result, or queues
 * it for a worker that comes by cron. Every error has a sentence for the user, unless it is the store's own:
 *
 * - ERR_INVALID, ERR_UNKNOWN_NODE, ERR_UNKNOWN_SERVICE;
 * - ERR_ACTION_NOT_ALLOWED, from the worker's last report or by its own refusal;
 * - ERR_WORKER_BUSY, ERR_WORKER_FAILED: the worker answered that it did not even try;
 * - ERR_WORKER_NOT_CONNECTED, ERR_WORKER_TIMEOUT;
 * - ERR_CONFLICT: too many commands wait for this cron worker;
 * - ERR_TOO_MANY_WAITING: too many calls of this user, or of all users, wait for workers.
 *
 * An action that was tried and failed is no error: `result` says so. *out is untouched on failure.
 */
enum err command_run(struct context *context, const struct command_caller *caller,
		     const struct command_order *order, struct command_outcome *out,
		     struct reason *why) MUST_CHECK;

/* Appends the answer to POST /api/dashboard/control-service (docs/API.md) as one JSON object. */
void command_write_answer(const struct command_order *order, const struct command_outcome *outcome,
			  struct buf *out);

/*
 * Takes the result that `node` sent for a command, an object as docs/PROTOCOL.md has it
 * at "Commands". The first result of a command counts. One that nobody waited for is written to
 * the audit. ERR_INVALID names the field; ERR_UNKNOWN_COMMAND if this node has no such command.
 */
enum err command_take_result(struct store *store, const char *node, const char *command_id,
			     const struct json *result, struct reason *why) MUST_CHECK;

#endif
