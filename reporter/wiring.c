/*
 * Opening and closing the parts in order. A part is given those that were opened before it; only the
 * scheduler also calls later ones, which it gets as its peers when all are open. A part that may still call
 * another back is closed before that other.
 */
#include "reporter/wiring.h"

#include "common/log.h"
#include "reporter/base/state_dir.h"

#include <unistd.h>

static void on_command(void *commands, const struct json *command)
{
	commands_take(commands, command);
}

enum err wiring_open(struct wiring *wiring, struct loop *loop, const struct config *config,
		     enum report_mode mode, scheduler_answered_fn answered, void *user)
{
	struct scheduler_peers peers = {.take_command = on_command, .answered = answered, .user = user};
	struct reason why;
	enum err err;

	*wiring = WIRING_CLOSED;
	err = state_dir_open(config->reporter.state_dir, &wiring->state_lock, &why);
	if (err != ERR_NONE)
		goto fail;
	err = uplink_new(loop, &config->reporter, &wiring->uplink, &why);
	if (err != ERR_NONE)
		goto fail;
	err = scheduler_new(loop, config, mode, wiring->uplink, &wiring->scheduler, &why);
	if (err != ERR_NONE)
		goto fail;
	err = commands_new(loop,
			   &(struct commands_options){
				   .state_dir = config->reporter.state_dir,
				   .uplink = wiring->uplink,
				   .scheduler = wiring->scheduler,
				   .in_turn = mode == REPORT_CRON, /* those that waited come all at once */
			   },
			   &wiring->commands, &why);
	if (err != ERR_NONE)
		goto fail;
	err = logs_new(loop, config,
		       &(struct logs_peers){.uplink = wiring->uplink,
					    .troubles = scheduler_troubles(wiring->scheduler)},
		       &wiring->logs, &why);
	if (err != ERR_NONE)
		goto fail;
	peers.commands = wiring->commands;
	peers.logs = wiring->logs;
	scheduler_set_peers(wiring->scheduler, &peers);
	return ERR_NONE;
fail:
	log_error("wiring", "%s", why.text);
	wiring_close(wiring);
	return err;
}

void wiring_close(struct wiring *wiring)
{
	logs_free(wiring->logs);
	scheduler_free(wiring->scheduler); /* gives up what the services do for commands */
	commands_free(wiring->commands);
	uplink_free(wiring->uplink);
	if (wiring->state_lock >= 0)
		close(wiring->state_lock);
	*wiring = WIRING_CLOSED;
}
