/*
 * Commands to workers (docs/architecture/redis.md): sent to a worker that listens or kept for one that
 * comes by cron, and their results. A command reaches its worker at most once. Errors that are not named are
 * redis_run's.
 */
#ifndef FCGI_STORE_COMMANDS_H
#define FCGI_STORE_COMMANDS_H

#include "common/buf.h"
#include "common/id.h"
#include "common/json.h"
#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Either a service's action or a method with its params; texts that do not belong to its type are NULL. */
struct command {
	char id[ID_RANDOM_SIZE];
	const char *node;
	const char *service_name, *action;
	const char *method;
	const struct buf *params; /* JSON object */
	const char *user;
	bool only_asks; /* it changes nothing, and is soon forgotten */
	int64_t created_at_ms, expires_at_ms;
};

/*
 * Publishes the command for the relay that has the node connected, and notes that a call waits for the
 * result. The caller goes on with commands_wait. ERR_WORKER_NOT_CONNECTED: nobody listens, and the command is
 * forgotten.
 */
enum err commands_send(struct store *store, const struct command *command) MUST_CHECK;

/* Keeps the command for the node's next report. ERR_CONFLICT: LIMIT_COMMANDS_A_NODE wait already. */
enum err commands_queue(struct store *store, const struct command *command) MUST_CHECK;

/*
 * Writes a command that waited, `kept` as it was in the list, into the array of those its worker gets now,
 * and notes that it was sent. A command that has expired is left out.
 */
enum err commands_hand_out(struct store *store, const char *kept, size_t len, int64_t now_ms,
			   struct json_out *out) MUST_CHECK;

/*
 * Waits until the result is there, for `timeout_ms` rounded up to seconds, and appends it as JSON.
 * ERR_WORKER_TIMEOUT: it did not come; storing it later then tells that nobody waits any more.
 */
enum err commands_wait(struct store *store, const char *id, int64_t timeout_ms,
		       struct buf *result) MUST_CHECK;

/* What storing a result tells about its command. */
struct command_done {
	bool first;	 /* it is the first result, which counts; a repeated one does not */
	bool unattended; /* no call waits for it */
	bool only_asked; /* the command changed nothing */
	struct buf user, service_name, action, method;
};
void command_done_free(struct command_done *done);

/*
 * Stores the result, a JSON object, and wakes the call that waits. The caller frees *out with
 * command_done_free. ERR_UNKNOWN_COMMAND: there is no such command, or it is another node's.
 */
enum err commands_finish(struct store *store, const char *id, const char *node, const struct buf *result,
			 struct command_done *out) MUST_CHECK;

/* Appends the command with its status and result as one JSON object. ERR_UNKNOWN_COMMAND. */
enum err commands_show(struct store *store, const char *id, int64_t now_ms, struct buf *out) MUST_CHECK;

#endif
