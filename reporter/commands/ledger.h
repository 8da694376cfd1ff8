/*
 * Which commands were begun and what came of them, on disk before anything is done: the reason why a command
 * runs at most once, whatever is repeated or killed.
 */
#ifndef REPORTER_COMMANDS_LEDGER_H
#define REPORTER_COMMANDS_LEDGER_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger;

/* So many commands at most are remembered; one more is taken only if an old one can be forgotten. */
#define LEDGER_COMMANDS_MAX 1000

/*
 * Reads the ledger in the state directory. What was begun and has no result was interrupted: it gets a result
 * that says so. ERR_SYSTEM if it cannot be read or written.
 */
enum err ledger_open(const char *state_dir, struct ledger **out, struct reason *why) MUST_CHECK;
void ledger_close(struct ledger *ledger);

/* Whether the command was begun, up to an hour ago: after that nobody can send it any more. Where the ledger
 * is full, it may be forgotten as soon as it is delivered and has expired. */
bool ledger_knows(const struct ledger *ledger, const char *id);

/*
 * On disk when it returns; for `expires_in_ms` the same command could still come again. On any error the
 * command must not run: ERR_CONFLICT if the ledger is full of commands that may not be forgotten yet,
 * ERR_SYSTEM if the disk does not take it. `why` gets the sentence.
 */
enum err ledger_begin(struct ledger *ledger, const char *id, int64_t expires_in_ms,
		      struct reason *why) MUST_CHECK;

/* The command is over; `result` is the body that the coordinator has to get. */
void ledger_finish(struct ledger *ledger, const char *id, const char *result, size_t len);

/* The oldest result that was not delivered: its command's id and its body; NULL if there is none. */
const char *ledger_undelivered(const struct ledger *ledger, const char **result, size_t *len);
void ledger_delivered(struct ledger *ledger, const char *id);

/* Whether nothing is under way and everything is delivered. */
bool ledger_is_settled(const struct ledger *ledger);

#endif
