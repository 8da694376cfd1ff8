/*
 * Telling a worker to do something, and waiting for what comes of it: services' actions and the reporter's
 * own methods, for REST and RPC alike. Who did it is written to the audit.
 */
#ifndef FCGI_MODEL_COMMAND_H
#define FCGI_MODEL_COMMAND_H

#include "fcgi/http/context.h"

#include <stdbool.h>
#include <stdint.h>

/* Who asks. */
struct command_caller {
	const char *user;
	const char *address;
	int64_t until_ms; /* when the caller waits no longer, monotonic; command_deadline makes it */
};

/* For all that one request asks for, however many commands these are. */
int64_t command_deadline(const struct context *context);

struct command_order {
	const char *node;
	const char *service_name, *action; /* a service's action … */
	const char *method;		   /* … or a reporter's method with its params, a JSON object */
	const struct buf *params;
	bool only_asks; /* it changes nothing, and need not be in the audit */
};

struct command_outcome {
	char command_id[ID_RANDOM_SIZE];
	bool queued; /* for a worker that comes by cron: there is no result yet */
	int64_t duration_ms;
	struct buf result; /* what the worker answered, a JSON object */
};
void command_outcome_free(struct command_outcome *outcome);

/*
 * ERR_INVALID, ERR_UNKNOWN_NODE, ERR_UNKNOWN_SERVICE, ERR_ACTION_NOT_ALLOWED (by what the worker told of
 * itself, or by its own refusal), ERR_WORKER_BUSY, ERR_WORKER_FAILED (not even tried),
 * ERR_WORKER_NOT_CONNECTED, ERR_WORKER_TIMEOUT, ERR_CONFLICT (too many wait for a cron worker),
 * ERR_TOO_MANY_WAITING (calls of this user, or of all), each with a sentence. An action that was tried and
 * failed is no error: the result says so.
 */
enum err command_run(struct context *context, const struct command_caller *by,
		     const struct command_order *order, struct command_outcome *out,
		     struct reason *why) MUST_CHECK;

/* Appends the answer of control-service for an outcome. */
void command_write_answer(const struct command_order *order, const struct command_outcome *outcome,
			  struct buf *out);

/*
 * Takes a worker's result, a JSON object; the first for a command counts, and one that nobody waited for is
 * written to the audit. ERR_UNKNOWN_COMMAND if there is no such command for that node.
 */
enum err command_take_result(struct store *store, const char *node, const char *command_id,
			     const struct buf *result) MUST_CHECK;

#endif
