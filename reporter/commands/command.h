/*
 * Commands of the coordinator. A command that changes something is noted in the ledger and done at most once;
 * its result is sent until the coordinator takes it. A question leaves no trace. Nothing is done that the
 * configuration does not list, and the coordinator cannot widen that.
 */
#ifndef REPORTER_COMMANDS_COMMAND_H
#define REPORTER_COMMANDS_COMMAND_H

#include "common/json.h"
#include "reporter/report/scheduler.h"
#include "reporter/uplink/uplink.h"

#include <stdbool.h>

struct commands;

/*
 * Opens the ledger in the state directory of `config`. ERR_SYSTEM if that cannot be used. Everything given
 * here outlives the commands, except the scheduler: it is freed first, and gives up with its services what
 * these do for commands.
 */
enum err commands_new(struct loop *loop, const struct config *config, struct uplink *uplink,
		      struct scheduler *scheduler, struct commands **out, struct reason *why) MUST_CHECK;
void commands_free(struct commands *commands); /* NULL is nothing */

/*
 * Takes a command as it came, from the stream (text) or with a report's answer. One that is known already is
 * ignored, and so is one without a usable id, for which there could be no result.
 */
void commands_take(struct commands *commands, const struct json *command);
void commands_take_text(struct commands *commands, const char *json, size_t len);

/*
 * From now on services' actions run one after another, in the order in which they came: for --once, where
 * commands waited together. Otherwise an action that comes while another one of the same service is under way
 * is refused as busy.
 */
void commands_set_in_turn(struct commands *commands);

/* A service's action is under way, or waits for its turn. */
bool commands_are_running(const struct commands *commands);

/* Nothing is under way, and the coordinator has taken every result. */
bool commands_are_settled(const struct commands *commands);

#endif
