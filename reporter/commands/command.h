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

struct commands_options {
	const char *state_dir;
	struct uplink *uplink;
	struct scheduler *scheduler;
	/* Services' actions run one after another, in the order in which they came: for --once, where
	 * commands waited together. Otherwise an action that comes while another one of the same service is
	 * under way is refused as busy. */
	bool in_turn;
};

/*
 * Opens the ledger in the state directory. ERR_SYSTEM with a sentence if that cannot be used. The options are
 * copied; what they point to outlives the commands, except the scheduler: it is freed first, and gives up
 * with its services what these do for commands.
 */
enum err commands_new(struct loop *loop, const struct commands_options *options, struct commands **out,
		      struct reason *why) MUST_CHECK;
void commands_free(struct commands *commands); /* NULL is nothing */

/*
 * Takes a command as it came, from the stream (text) or with a report's answer. One that is known already is
 * ignored, and so is one without a usable id, for which there could be no result.
 */
void commands_take(struct commands *commands, const struct json *command);
void commands_take_text(struct commands *commands, const char *json, size_t len);

/* A service's action is under way, or waits for its turn. */
bool commands_are_running(const struct commands *commands);

/* Nothing is under way, and the coordinator has taken every result. */
bool commands_are_settled(const struct commands *commands);

#endif
