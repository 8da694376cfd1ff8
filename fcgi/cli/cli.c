/*
 * p2pdash: accounts and workers' tokens from the command line, on the same store as the API. Whoever
 * can reach Redis is an administrator already, so no login is asked for. Nothing is written to the audit,
 * which tells what users did through the API.
 *
 * What can be typed is the table COMMANDS. Words and options may be mixed, as in `user add --role viewer
 * ann`.
 */
#include "fcgi/cli/cli.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 3 /* noun, verb, argument */

static const struct setting SETTINGS[CLI_SETTINGS] = {
	[CLI_REDIS] = {"redis", SETTING_TEXT, "unix:" SETTING_STATE_DIR "/redis.sock", .secret = true,
		       .value = "ADDRESS",
		       .help = "unix:PATH or redis[s]://[user:password@]host[:port][/db]"},
	[CLI_REDIS_CA] = {"redis-ca", SETTING_TEXT, "", .value = "PATH",
			  .help = "PEM file of authorities to trust with rediss://, instead of the system's"},
	[CLI_SECRET_FILE] = {"secret-file", SETTING_TEXT, SETTING_STATE_DIR "/jwt-secret", .value = "PATH",
			     .help = "file with the key that tokens are signed with; the API's own"},
	[CLI_ROLE] = {"role", SETTING_TEXT, "", .value = "ROLE",
		      .help = "of a user: viewer (reads), operator (acts, too) or admin"},
	[CLI_NODE] = {"node", SETTING_TEXT, "", .value = "ID", .help = "the worker that a token is for"},
	[CLI_TOKEN_NAME] = {"name", SETTING_TEXT, "", .value = "TEXT",
			    .help = "what people call a token, to tell those of one worker apart"},
	[CLI_TTL] = {"ttl", SETTING_INTEGER, "31536000", 60, 315360000, .value = "SECONDS",
		     .help = "how long a token lasts"},
};

static const struct program PROGRAM = {
	.name = "p2pdash",
	.summary = "accounts and workers' tokens of a P2P Cluster Dashboard",
	.usage = "p2pdash COMMAND [OPTION ...]",
	.notes = "Commands:\n"
		 "  user add NAME --role ROLE      new user; the password is read from standard input\n"
		 "  user passwd NAME               new password, read likewise; ends the user's sessions\n"
		 "  user role NAME --role ROLE     new role; ends the user's sessions\n"
		 "  user list\n"
		 "  user remove NAME\n"
		 "  token create --node ID [--name TEXT] [--ttl SECONDS]\n"
		 "                                 new token for a worker; prints the token alone\n"
		 "  token list\n"
		 "  token revoke TOKEN-ID          the worker that has it is refused from now on\n"
		 "\n"
		 "Example: echo 'a long password' | p2pdash user add ann --role viewer\n"
		 "\n"
		 "Exit status: 0 done; 1 failed; 2 wrong usage or configuration.",
	.settings = SETTINGS,
	.settings_count = CLI_SETTINGS,
};

static const struct subcommand {
	const char *noun, *verb;
	const char *argument; /* what its own argument is called; NULL: it takes none */
	enum err (*run)(const struct cli *cli, struct reason *why);
} SUBCOMMANDS[] = {
	{"user", "add", "NAME", cli_user_add},	     {"user", "passwd", "NAME", cli_user_passwd},
	{"user", "role", "NAME", cli_user_role},     {"user", "list", NULL, cli_user_list},
	{"user", "remove", "NAME", cli_user_remove}, {"token", "create", NULL, cli_token_create},
	{"token", "list", NULL, cli_token_list},     {"token", "revoke", "TOKEN-ID", cli_token_revoke},
};

/* The command line, taken apart. */
struct arguments {
	char **options; /* argv[0] and everything that belongs to an option; as many places as argv has */
	int options_count;
	const char *words[WORDS_MAX];
	size_t words_count;
	const struct subcommand *subcommand;
};

/* Every option here has a value, which is no word even if it stands apart from its option. */
static enum err split(int argc, char **argv, struct arguments *out, struct reason *why)
{
	out->options[out->options_count++] = argv[0];
	for (int i = 1; i < argc; i++) {
		bool alone = strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "--version") == 0 ||
			     strchr(argv[i], '=');

		if (strncmp(argv[i], "--", 2) == 0) {
			out->options[out->options_count++] = argv[i];
			if (!alone && i + 1 < argc)
				out->options[out->options_count++] = argv[++i];
		} else if (out->words_count == WORDS_MAX) {
			return reason_set(why, ERR_INVALID, "%s is one argument too many", argv[i]);
		} else {
			out->words[out->words_count++] = argv[i];
		}
	}
	return ERR_NONE;
}

/* The row for the words that were typed, which must be as many as the row wants. */
static enum err find_subcommand(struct arguments *typed, struct reason *why)
{
	const char *const *words = typed->words;
	size_t count = typed->words_count;

	for (size_t i = 0; i < sizeof(SUBCOMMANDS) / sizeof(*SUBCOMMANDS); i++) {
		const struct subcommand *row = &SUBCOMMANDS[i];

		if (count < 2 || strcmp(words[0], row->noun) != 0 || strcmp(words[1], row->verb) != 0)
			continue;
		if (row->argument && count < 3)
			return reason_set(why, ERR_INVALID, "%s %s needs a %s", row->noun, row->verb,
					  row->argument);
		if (!row->argument && count > 2)
			return reason_set(why, ERR_INVALID, "%s is one argument too many", words[2]);
		typed->subcommand = row;
		return ERR_NONE;
	}
	if (!count)
		return reason_set(why, ERR_INVALID, "a command is missing");
	return reason_set(why, ERR_INVALID, "%s%s%s is not a command", words[0], count > 1 ? " " : "",
			  count > 1 ? words[1] : "");
}

/* Options come before the command is looked for, so that --help works with any words, and without. */
static enum err read_arguments(int argc, char **argv, struct setting_value *values, struct arguments *out,
			       struct reason *why)
{
	int rest = 0;
	enum err err;

	*out = (struct arguments){.options = mem_alloc((size_t)argc + 1, sizeof(*out->options))};
	err = split(argc, argv, out, why);
	if (err != ERR_NONE)
		goto out;
	err = settings_read(&PROGRAM, out->options_count, out->options, values, &rest, why);
	if (err != ERR_NONE)
		goto out;
	err = find_subcommand(out, why);
out:
	free(out->options);
	out->options = NULL;
	return err;
}

/* Errors of the store come without a sentence of their own, and where it knows more, it has logged that. */
static void say_why(enum err err, const struct reason *why, const struct redis_address *redis)
{
	fprintf(stderr, "%s: ", PROGRAM.name);
	if (*why->text)
		fprintf(stderr, "%s\n", why->text);
	else if (err == ERR_BACKEND_FULL)
		fprintf(stderr,
			"Redis is full: it can be read, but takes nothing new until it has room again\n");
	else if (err != ERR_BACKEND_AWAY)
		fprintf(stderr, "it failed (%s); the message above says why\n", err_code(err));
	else if (*redis->path)
		fprintf(stderr,
			"no Redis answers at unix:%s; P2PDASH_STATE_DIR or --redis says where it is\n",
			redis->path);
	else
		fprintf(stderr, "no Redis answers at %s:%d; --redis says where it is\n", redis->host,
			redis->port);
}

int main(int argc, char **argv)
{
	struct setting_value values[CLI_SETTINGS];
	struct arguments typed;
	struct cli cli = {.values = values};
	struct redis_address redis;
	struct redis_tls *tls = NULL;
	struct reason why;
	enum err err;

	text_init();
	if (read_arguments(argc, argv, values, &typed, &why) != ERR_NONE ||
	    redis_address_parse(values[CLI_REDIS].text, &redis, &why) != ERR_NONE ||
	    redis_tls_new(&redis, values[CLI_REDIS_CA].text, &tls, &why) != ERR_NONE)
		settings_refuse(&PROGRAM, &why);
	cli.store = store_open(&redis, tls);
	cli.name = typed.words[2];
	why = (struct reason){.text = ""};
	err = typed.subcommand->run(&cli, &why);
	if (err != ERR_NONE)
		say_why(err, &why, &redis);
	store_free(cli.store);
	redis_tls_free(tls);
	if (err == ERR_INVALID)
		return 2;
	return err == ERR_NONE ? EXIT_SUCCESS : EXIT_FAILURE;
}
