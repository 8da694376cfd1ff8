/* Opening and closing in order: what gives callbacks goes before what they use. */
#include "reporter/wiring.h"

#include "common/log.h"
#include "reporter/base/state_dir.h"

#include <unistd.h>

static void on_command(void *commands, const struct json *command)
{
	commands_take(commands, command);
}

static enum err open_each(struct wiring *parts, struct loop *loop, const struct config *config,
			  enum report_mode mode, struct reason *why)
{
	enum err err = state_dir_open(config->reporter.state_dir, &parts->state_lock, why);

	if (!err)
		err = uplink_new(loop, &config->reporter, &parts->uplink, why);
	if (!err)
		err = scheduler_new(loop, config, mode, parts->uplink, &parts->reporter, why);
	if (!err)
		err = commands_new(loop, config, parts->uplink, parts->reporter, &parts->commands, why);
	if (!err)
		err = logs_new(loop, config, parts->uplink, &parts->logs, why);
	return err;
}

enum err wiring_open(struct wiring *parts, struct loop *loop, const struct config *config,
		     enum report_mode mode, scheduler_answered_fn answered, void *user)
{
	struct reason why;
	enum err err;

	*parts = (struct wiring){.state_lock = -1};
	err = open_each(parts, loop, config, mode, &why);
	if (err) {
		log_error("reporter", "%s", why.text);
		wiring_close(parts);
		return err;
	}
	if (mode == REPORT_CRON)
		commands_set_in_turn(parts->commands);
	scheduler_set_peers(parts->reporter, &(struct scheduler_peers){.take_command = on_command,
								       .commands = parts->commands,
								       .logs = parts->logs,
								       .answered = answered,
								       .user = user});
	return ERR_NONE;
}

void wiring_close(struct wiring *parts)
{
	logs_free(parts->logs);
	scheduler_free(parts->reporter); /* gives up what the services do for commands */
	commands_free(parts->commands);
	uplink_free(parts->uplink);
	if (parts->state_lock >= 0)
		close(parts->state_lock);
	*parts = (struct wiring){.state_lock = -1};
}
