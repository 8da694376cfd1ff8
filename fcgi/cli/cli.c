/* p2pdash: accounts and workers' tokens from the command line, on the same store as the API. */
#include "fcgi/cli/cli.h"

#include "common/json.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 3

static const struct setting SETTINGS[CLI_SETTINGS] = {
	[CLI_REDIS] = {"redis", SETTING_TEXT, "unix:run/redis.sock", .secret = true, .value = "ADDRESS",
		       .help = "unix:PATH or redis[s]://[user:password@]host[:port][/db]"},
	[CLI_REDIS_CA] = {"redis-ca", SETTING_TEXT, "", .value = "PATH",
			  .help = "authorities that rediss:// trusts instead of the system's"},
	[CLI_SECRET_FILE] = {"secret-file", SETTING_TEXT, "run/jwt-secret", .value = "PATH",
			     .help = "the key tokens are signed with"},
	[CLI_ROLE] = {"role", SETTING_TEXT, "", .value = "ROLE", .help = "viewer, operator or admin"},
	[CLI_NODE] = {"node", SETTING_TEXT, "", .value = "ID", .help = "the worker a token is for"},
	[CLI_TTL] = {"ttl", SETTING_INTEGER, "31536000", 60, 315360000, .value = "SECONDS",
		     .help = "how long a token lasts"},
};

static const struct program PROGRAM = {
	.name = "p2pdash",
	.summary = "accounts and workers' tokens of a P2P Cluster Dashboard",
	.usage = "p2pdash COMMAND [OPTION ...]",
	.notes = "Commands:\n"
		 "  user add NAME --role ROLE      password from standard input\n"
		 "  user passwd NAME               likewise; the user's sessions end\n"
		 "  user role NAME --role ROLE     the user's sessions end\n"
		 "  user list\n"
		 "  user remove NAME\n"
		 "  token create --node ID [--ttl SECONDS]   prints the token alone\n"
		 "  token list\n"
		 "  token revoke TOKEN-ID\n"
		 "\n"
		 "Exit status: 0 done; 1 failed; 2 wrong usage or configuration.",
	.settings = SETTINGS,
	.settings_count = CLI_SETTINGS,
};

static const struct command {
	const char *noun, *verb;
	const char *name; /* what its own argument is called; NULL: it takes none */
	enum err (*run)(const struct cli *cli, struct reason *why);
} COMMANDS[] = {
	{"user", "add", "NAME", cli_user_add},	     {"user", "passwd", "NAME", cli_user_passwd},
	{"user", "role", "NAME", cli_user_role},     {"user", "list", NULL, cli_user_list},
	{"user", "remove", "NAME", cli_user_remove}, {"token", "create", NULL, cli_token_create},
	{"token", "list", NULL, cli_token_list},     {"token", "revoke", "TOKEN-ID", cli_token_revoke},
};

/* Words may stand before, between and after options; an option's value is no word. Every option here has one.
 */
static enum err split(int argc, char **argv, char **options, int *options_count, const char **words,
		      size_t *words_count, struct reason *why)
{
	options[(*options_count)++] = argv[0];
	for (int i = 1; i < argc; i++) {
		bool alone = strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "--version") == 0 ||
			     strchr(argv[i], '=');

		if (strncmp(argv[i], "--", 2) == 0) {
			options[(*options_count)++] = argv[i];
			if (!alone && i + 1 < argc)
				options[(*options_count)++] = argv[++i];
		} else if (*words_count == WORDS_MAX) {
			return reason_set(why, ERR_INVALID, "%s is one argument too many", argv[i]);
		} else {
			words[(*words_count)++] = argv[i];
		}
	}
	return ERR_NONE;
}

static enum err find_command(const char **words, size_t count, const struct command **out, struct reason *why)
{
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(*COMMANDS); i++) {
		const struct command *c = &COMMANDS[i];

		if (count < 2 || strcmp(words[0], c->noun) != 0 || strcmp(words[1], c->verb) != 0)
			continue;
		if (c->name && count < 3)
			return reason_set(why, ERR_INVALID, "%s %s needs a %s", c->noun, c->verb, c->name);
		if (!c->name && count > 2)
			return reason_set(why, ERR_INVALID, "%s is one argument too many", words[2]);
		*out = c;
		return ERR_NONE;
	}
	if (!count)
		return reason_set(why, ERR_INVALID, "a command is missing");
	return reason_set(why, ERR_INVALID, "%s%s%s is not a command", words[0], count > 1 ? " " : "",
			  count > 1 ? words[1] : "");
}

static enum err read_arguments(int argc, char **argv, struct setting_value *values,
			       const struct command **command, const char **name, struct reason *why)
{
	char **options = mem_alloc((size_t)argc + 1, sizeof(*options));
	const char *words[WORDS_MAX] = {NULL};
	int options_count = 0, rest = 0;
	size_t words_count = 0;
	enum err err = split(argc, argv, options, &options_count, words, &words_count, why);

	if (err == ERR_NONE)
		err = settings_read(&PROGRAM, options_count, options, values, &rest, why);
	if (err == ERR_NONE)
		err = find_command(words, words_count, command, why);
	*name = words[2];
	free(options);
	return err;
}

static void say_why(enum err err, const struct reason *why, const struct redis_address *redis)
{
	fprintf(stderr, "%s: ", PROGRAM.name);
	if (*why->text)
		fprintf(stderr, "%s\n", why->text);
	else if (err != ERR_BACKEND_AWAY)
		fprintf(stderr, "%s\n", err_code(err));
	else if (*redis->path)
		fprintf(stderr, "no Redis answers at unix:%s; --redis says where it is\n", redis->path);
	else
		fprintf(stderr, "no Redis answers at %s:%d; --redis says where it is\n", redis->host,
			redis->port);
}

int main(int argc, char **argv)
{
	struct setting_value values[CLI_SETTINGS];
	const struct command *command = NULL;
	struct cli cli = {.values = values};
	struct redis_address redis;
	struct redis_tls *tls = NULL;
	struct reason why = {.text = ""};
	enum err err;

	text_init();
	if (read_arguments(argc, argv, values, &command, &cli.name, &why) != ERR_NONE ||
	    redis_address_parse(values[CLI_REDIS].text, &redis, &why) != ERR_NONE ||
	    redis_tls_new(&redis, values[CLI_REDIS_CA].text, &tls, &why) != ERR_NONE)
		settings_refuse(&PROGRAM, &why);
	cli.store = store_open(&redis, tls);
	why = (struct reason){.text = ""};
	err = command->run(&cli, &why);
	if (err != ERR_NONE)
		say_why(err, &why, &redis);
	store_free(cli.store);
	redis_tls_free(tls);
	if (err == ERR_INVALID)
		return 2;
	return err == ERR_NONE ? EXIT_SUCCESS : EXIT_FAILURE;
}
