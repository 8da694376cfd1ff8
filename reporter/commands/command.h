/*
 * Commands of the coordinator: each that changes something is noted in the ledger, done at most once, and its
 * result sent until it is taken; a question leaves no trace. Nothing is done that the configuration does not
 * list; the coordinator cannot widen that.
 */
#ifndef REPORTER_COMMANDS_COMMAND_H
#define REPORTER_COMMANDS_COMMAND_H

#include "common/json.h"
#include "reporter/report/scheduler.h"
#include "reporter/uplink/uplink.h"

#include <stdbool.h>

struct commands;

/* All of them outlive it but the reporter's services: they go first, and with them what is under way. */
enum err commands_new(struct loop *loop, const struct config *config, struct uplink *uplink,
		      struct scheduler *reporter, struct commands **out, struct reason *why) MUST_CHECK;
void commands_free(struct commands *commands);

/* Takes a command as it came, from the stream or with a report's answer; one that is known already is
 * ignored. */
void commands_take(struct commands *commands, const struct json *command);
void commands_take_text(struct commands *commands, const char *json, size_t len);

/* From now on services' actions are run one after another, in the order they came: for commands that waited
 * together. Otherwise one that comes while another of the same service is under way is refused as busy. */
void commands_set_in_turn(struct commands *commands);

/* A service's action is under way, or waits for its turn. */
bool commands_are_running(const struct commands *commands);

/* Nothing is under way, every result was taken. */
bool commands_are_settled(const struct commands *commands);

#endif
