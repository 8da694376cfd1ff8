/* Opening and closing in order: what gives callbacks goes before what they use. */
#include "reporter/parts.h"

#include "common/log.h"
#include "reporter/state_dir.h"

#include <unistd.h>

static enum err open_each(struct parts *parts, struct loop *loop, const struct config *config,
			  enum report_mode mode, struct reason *why)
{
	enum err err = state_dir_open(config->reporter.state_dir, &parts->state_lock, why);

	if (!err)
		err = uplink_new(loop, &config->reporter, &parts->uplink, why);
	if (!err)
		err = reporter_new(loop, config, mode, parts->uplink, &parts->reporter, why);
	if (!err)
		err = commands_new(loop, config, parts->uplink, parts->reporter, &parts->commands, why);
	if (!err)
		err = logs_new(loop, config, parts->uplink, &parts->logs, why);
	return err;
}

enum err parts_open(struct parts *parts, struct loop *loop, const struct config *config,
		    enum report_mode mode, reporter_answered_fn answered, void *user)
{
	struct reason why;
	enum err err;

	*parts = (struct parts){.state_lock = -1};
	err = open_each(parts, loop, config, mode, &why);
	if (err) {
		log_error("reporter", "%s", why.text);
		parts_close(parts);
		return err;
	}
	if (mode == REPORT_CRON)
		commands_set_in_turn(parts->commands);
	reporter_set_peers(parts->reporter, &(struct reporter_peers){.commands = parts->commands,
								     .logs = parts->logs,
								     .answered = answered,
								     .user = user});
	return ERR_NONE;
}

void parts_close(struct parts *parts)
{
	logs_free(parts->logs);
	reporter_free(parts->reporter); /* gives up what the services do for commands */
	commands_free(parts->commands);
	uplink_free(parts->uplink);
	if (parts->state_lock >= 0)
		close(parts->state_lock);
	*parts = (struct parts){.state_lock = -1};
}
