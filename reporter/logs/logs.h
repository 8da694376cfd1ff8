/*
 * The log pipeline: entries go from the [log] sections' sources into the spool as they come, and out of it to
 * the coordinator in batches, in order, each until it is taken.
 */
#ifndef REPORTER_LOGS_LOGS_H
#define REPORTER_LOGS_LOGS_H

#include "common/err.h"
#include "common/json.h"
#include "reporter/base/loop.h"
#include "reporter/config/config.h"
#include "reporter/uplink/uplink.h"

#include <stdbool.h>

struct logs;
struct troubles;

/* What the logs need of the other parts; all of it outlives them. */
struct logs_peers {
	struct uplink *uplink;
	struct troubles *troubles; /* where the sources say what they cannot do */
};

/*
 * Opens the spool in the state directory and every [log] section. `config` outlives it.
 * ERR_SYSTEM, with a sentence in `why`, if the spool cannot be used; a source that cannot be read is no
 * error, it is tried again.
 */
enum err logs_new(struct loop *loop, const struct config *config, const struct logs_peers *peers,
		  struct logs **out, struct reason *why) MUST_CHECK;

/* What is not sent yet stays in the spool. NULL is nothing. */
void logs_free(struct logs *logs);

/* Whether what is in the spool is sent; at first it is not. Lines are gathered all the same. */
void logs_set_sending(struct logs *logs, bool sending);

/* Whether nothing waits in the spool and nothing came for `quiet_ms`: the end of a run by --once. */
bool logs_are_quiet(const struct logs *logs, int64_t quiet_ms);

/* Puts {"waiting":…,"dropped":…,"sent":…}, all in entries, as the member `key`. */
void logs_write_stats(const struct logs *logs, struct json_out *out, const char *key);

#endif
