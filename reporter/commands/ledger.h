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
 * Reads the ledger in the state directory, whose name must live as long. A command that was begun and has no
 * result was interrupted, and gets a result that says so. ERR_SYSTEM with a sentence if the file cannot be
 * read or written.
 */
enum err ledger_open(const char *state_dir, struct ledger **out, struct reason *why) MUST_CHECK;
void ledger_close(struct ledger *ledger); /* NULL is nothing */

/*
 * Whether the command was begun. It is remembered for an hour after its begin or its result, since nobody can
 * send it any more after that; in a full ledger only until it is delivered and has expired.
 */
bool ledger_knows(const struct ledger *ledger, const char *id);

/*
 * Notes a command that is not known; it is on disk when this returns. `expires_in_ms`: how long the same
 * command could still come again. On any error the command must not run: ERR_CONFLICT if the ledger is full
 * of commands that may not be forgotten yet, ERR_SYSTEM if the disk does not take it. `why` gets the
 * sentence.
 */
enum err ledger_begin(struct ledger *ledger, const char *id, int64_t expires_in_ms,
		      struct reason *why) MUST_CHECK;

/*
 * A command that was begun is over. `result` is the body that the coordinator has to get, without newlines;
 * it is copied. If the disk does not take it that is logged: the result is sent nevertheless, but after a
 * restart of the reporter the command would count as interrupted.
 */
void ledger_finish(struct ledger *ledger, const char *id, const char *result, size_t len);

/*
 * The oldest result that was not delivered: its command's id and its body; NULL if there is none. Both are
 * the ledger's, and valid until it is changed.
 */
const char *ledger_undelivered(const struct ledger *ledger, const char **result, size_t *len);

/* The coordinator has taken the result, or will never want it. An id without a result is nothing. */
void ledger_delivered(struct ledger *ledger, const char *id);

/* Whether nothing is under way and everything is delivered. */
bool ledger_is_settled(const struct ledger *ledger);

#endif
