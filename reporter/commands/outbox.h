/*
 * Results of commands on their way to the coordinator, one after the other, each until it is taken. Those of
 * the ledger outlive the reporter; answers to commands that were not noted there do not.
 */
#ifndef REPORTER_COMMANDS_OUTBOX_H
#define REPORTER_COMMANDS_OUTBOX_H

#include "common/buf.h"
#include "reporter/base/loop.h"
#include "reporter/commands/ledger.h"
#include "reporter/uplink/uplink.h"

#include <stdbool.h>

struct outbox;

/* `uplink` and `ledger` outlive it. What the ledger has left to deliver is sent at once. */
struct outbox *outbox_new(struct loop *loop, struct uplink *uplink, struct ledger *ledger);
void outbox_free(struct outbox *outbox); /* answers that wait are given up; NULL is nothing */

/* The ledger has a new result. */
void outbox_send(struct outbox *outbox);

/*
 * Takes *body over (empty afterwards), the answer to a command that is not in the ledger. It waits for a
 * minute at most, since nobody waits longer for it, and the oldest answers give way when more than 64 wait.
 */
void outbox_add(struct outbox *outbox, const char *id, struct buf *body);

/* An answer to this command waits. */
bool outbox_knows(const struct outbox *outbox, const char *id);

/* No answer waits; of the ledger's results the ledger knows. */
bool outbox_is_empty(const struct outbox *outbox);

#endif
