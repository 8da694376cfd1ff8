/* The administrator's command, `p2pdash`: one table of what a person may type, one file for each noun. */
#ifndef FCGI_CLI_CLI_H
#define FCGI_CLI_CLI_H

#include "common/err.h"
#include "common/settings.h"
#include "fcgi/store/store.h"

enum cli_setting {
	CLI_REDIS,
	CLI_REDIS_CA,
	CLI_SECRET_FILE,
	CLI_ROLE,
	CLI_NODE,
	CLI_TOKEN_NAME,
	CLI_TTL,
	CLI_SETTINGS
};

/* What was typed, and the store to do it on. */
struct cli {
	struct store *store;
	const char *name;		    /* the command's own argument; NULL if it takes none */
	const struct setting_value *values; /* by enum cli_setting */
};

/*
 * One function for each row of the table in cli.c. It does what the row's words say and prints the result, if
 * there is one, on standard output. ERR_INVALID with a sentence is a mistake in what was typed (exit status
 * 2); any other error, with or without a sentence, ends the program with exit status 1.
 */
enum err cli_user_add(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_user_passwd(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_user_role(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_user_list(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_user_remove(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_token_create(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_token_list(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_token_revoke(const struct cli *cli, struct reason *why) MUST_CHECK;

/*
 * Prints a JSON array of objects as a table with these members as columns, at most eight. A member that is
 * missing or no text is left blank. ERR_MALFORMED if it is not JSON; nothing is printed then.
 */
enum err cli_print_table(const char *json, size_t len, const char *const *columns, size_t count) MUST_CHECK;

#endif
