/* p2pdash-reporter: the command line, and which of the ways to run it asks for. What a person got wrong ends
 * the program here, before anything is opened. */
#include "common/log.h"
#include "common/settings.h"
#include "common/text.h"
#include "reporter/base/state_dir.h"
#include "reporter/config/config.h"
#include "reporter/config/credential.h"
#include "reporter/ctl/ctl.h"
#include "reporter/daemon.h"
#include "reporter/once.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SET_CONFIG, SET_ONCE, SET_PRINT, SET_LOG_LEVEL, SET_COUNT };

static const struct setting SETTINGS[SET_COUNT] = {
	[SET_CONFIG] = {"config", SETTING_TEXT, CONFIG_PATH, .value = "FILE",
			.help = "the configuration file"},
	[SET_ONCE] = {"once", SETTING_FLAG, "0",
		      .help = "send one report, carry out the commands that wait, and end (for cron)"},
	[SET_PRINT] = {"print", SETTING_FLAG, "0",
		       .help = "print what a report would say, and send nothing; works without a file, too"},
	[SET_LOG_LEVEL] = {"log-level", SETTING_TEXT, "info", .value = "LEVEL",
			   .help = "debug, info, warning or error"},
};

static const struct program PROGRAM = {
	.name = "p2pdash-reporter",
	.summary = "reports this machine to its coordinator, and carries out the commands that its "
		   "configuration allows",
	.usage = "p2pdash-reporter [OPTION ...]               run until stopped\n"
		 "       p2pdash-reporter [OPTION ...] ctl COMMAND   talk to the running one",
	.notes = "Commands of ctl:\n"
		 "  stats             how many reports were sent and received, and how often they are sent\n"
		 "  status            the most important of that in one line\n"
		 "  start, stop       go on sending reports; send none until `start`\n"
		 "  report-now        send a report now\n"
		 "  set-interval N    send a report every N seconds until the reporter is restarted; 0: as "
		 "often\n"
		 "                    as the coordinator asks\n"
		 "\n"
		 "SIGHUP makes it read its configuration again. SIGTERM makes it say goodbye to the "
		 "coordinator and\n"
		 "end.\n"
		 "Exit status: 0 success; 1 failure (with --once: the report was not received); 2 a mistake "
		 "in the\n"
		 "usage or the configuration.",
	.settings = SETTINGS,
	.settings_count = SET_COUNT,
};

/* What the command line asks for. */
struct invocation {
	struct setting_value values[SET_COUNT];
	struct config config;
	char **words; /* what follows `ctl`; NULL without it */
};

/* Who only wants to look at this machine needs no file for it; but one that was named has to be there. */
static enum err read_config(struct invocation *invocation, struct reason *why)
{
	const struct setting_value *path = &invocation->values[SET_CONFIG];
	bool may_be_missing = invocation->values[SET_PRINT].number && !path->given;

	if (may_be_missing && access(path->text, F_OK) < 0 && errno == ENOENT)
		return config_initial(&invocation->config, why);
	return config_read(path->text, &invocation->config, why);
}

static enum err read_request(int argc, char **argv, struct invocation *invocation, struct reason *why)
{
	const struct setting_value *values = invocation->values;
	enum log_level level;
	int rest = 0;
	enum err err = settings_read(&PROGRAM, argc, argv, invocation->values, &rest, why);

	if (err != ERR_NONE)
		return err;
	if (log_parse_level(values[SET_LOG_LEVEL].text, &level) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "--log-level must be debug, info, warning or error");
	log_set_level(level);
	if (values[SET_ONCE].number && values[SET_PRINT].number)
		return reason_set(why, ERR_INVALID, "--once and --print do not go together");
	if (argv[rest] && strcmp(argv[rest], "ctl") != 0)
		return reason_set(why, ERR_INVALID, "unknown command \"%s\"", argv[rest]);
	if (argv[rest]) {
		invocation->words = &argv[rest + 1];
		err = ctl_check(invocation->words, why);
		if (err != ERR_NONE)
			return err;
	}
	return read_config(invocation, why);
}

/* What a report that is sent needs, so that a mistake ends the program with a sentence instead of being
 * logged by a daemon that runs on. The token is only checked: the uplink reads it when it needs it. */
static enum err check_sending(const struct config_reporter *config, struct reason *why)
{
	struct buf token = {0};
	enum err err = credential_read(config->token_file, &token, why);

	buf_free(&token);
	if (err != ERR_NONE)
		return err;
	return state_dir_make(config->state_dir, why);
}

int main(int argc, char **argv)
{
	struct invocation invocation = {0};
	struct reason why;
	enum err err;
	int status;

	text_init();
	err = read_request(argc, argv, &invocation, &why);
	if (err != ERR_NONE)
		settings_refuse(&PROGRAM, &why); /* exit status 2 */
	if (invocation.words) {
		status = ctl_run(invocation.config.reporter.control_socket, invocation.words);
	} else if (invocation.values[SET_PRINT].number) {
		status = once_print(&invocation.config);
	} else {
		if (check_sending(&invocation.config.reporter, &why) != ERR_NONE)
			settings_refuse(&PROGRAM, &why);
		if (invocation.values[SET_ONCE].number)
			status = once_report(&invocation.config);
		else
			status = daemon_run(invocation.values[SET_CONFIG].text, &invocation.config);
	}
	config_free(&invocation.config);
	return status;
}
