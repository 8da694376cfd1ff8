/* p2pdash-reporter: the command line. */
#include "common/log.h"
#include "common/settings.h"
#include "common/text.h"
#include "reporter/base/state_dir.h"
#include "reporter/config/config.h"
#include "reporter/config/credential.h"
#include "reporter/ctl/ctl.h"
#include "reporter/daemon.h"
#include "reporter/once.h"

#include <stdlib.h>
#include <string.h>

enum { SET_CONFIG, SET_ONCE, SET_PRINT, SET_LOG_LEVEL, SET_COUNT };

static const struct setting SETTINGS[SET_COUNT] = {
	[SET_CONFIG] = {"config", SETTING_TEXT, CONFIG_PATH, .value = "FILE", .help = "the configuration"},
	[SET_ONCE] = {"once", SETTING_FLAG, "0",
		      .help = "send one report, do what is asked, and end (for cron)"},
	[SET_PRINT] = {"print", SETTING_FLAG, "0", .help = "print what would be reported, and send nothing"},
	[SET_LOG_LEVEL] = {"log-level", SETTING_TEXT, "info", .value = "LEVEL",
			   .help = "debug, info, warning or error"},
};

static const struct program PROGRAM = {
	.name = "p2pdash-reporter",
	.summary = "reports this machine to its coordinator and does what that may ask",
	.usage = "p2pdash-reporter [OPTION ...]               run until stopped\n"
		 "       p2pdash-reporter [OPTION ...] ctl COMMAND   talk to the running one",
	.notes =
		"Commands of ctl:\n"
		"  stats             what became of the reports, and how often they are sent\n"
		"  status            the same in one line\n"
		"  start, stop       send reports, or none until `start`\n"
		"  report-now        send a report now\n"
		"  set-interval N    every N seconds until it is restarted; 0: as the coordinator likes\n"
		"\n"
		"SIGHUP reads the configuration anew, SIGTERM says goodbye to the coordinator and ends.\n"
		"Exit status: 0 done; 1 failed (with --once: the report was not received); 2 wrong usage or\n"
		"configuration.",
	.settings = SETTINGS,
	.settings_count = SET_COUNT,
};

/* What a person got wrong ends here, with exit status 2. *words is what follows `ctl`, NULL without it. */
static void read_settings(int argc, char **argv, struct setting_value *values, struct config *config,
			  char ***words)
{
	enum log_level level = LOG_LEVEL_INFO;
	struct buf token = {0}; /* only checked: the uplink reads it when it needs it */
	struct reason why;
	int rest = 0;
	enum err err = settings_read(&PROGRAM, argc, argv, values, &rest, &why);

	if (!err && log_parse_level(values[SET_LOG_LEVEL].text, &level))
		err = reason_set(&why, ERR_INVALID, "--log-level must be debug, info, warning or error");
	if (!err && values[SET_ONCE].number && values[SET_PRINT].number)
		err = reason_set(&why, ERR_INVALID, "--once and --print do not go together");
	*words = argv[rest] ? &argv[rest + 1] : NULL;
	if (!err && argv[rest] && strcmp(argv[rest], "ctl") != 0)
		err = reason_set(&why, ERR_INVALID, "unknown command \"%s\"", argv[rest]);
	if (!err && *words)
		err = ctl_check(*words, &why);
	if (!err)
		err = config_read(values[SET_CONFIG].text, config, &why);
	if (!err && !values[SET_PRINT].number && !*words) {
		err = credential_read(config->reporter.token_file, &token, &why);
		if (!err)
			err = state_dir_make(config->reporter.state_dir, &why);
	}
	buf_free(&token);
	if (err)
		settings_refuse(&PROGRAM, &why);
	log_set_level(level);
}

int main(int argc, char **argv)
{
	struct setting_value values[SET_COUNT];
	struct config config = {0};
	char **words = NULL;
	int status;

	text_init();
	read_settings(argc, argv, values, &config, &words);
	if (words)
		status = ctl_run(config.reporter.control_socket, words);
	else if (values[SET_PRINT].number)
		status = once_print(&config);
	else if (values[SET_ONCE].number)
		status = once_report(&config);
	else
		status = daemon_run(values[SET_CONFIG].text, &config);
	config_free(&config);
	return status;
}
