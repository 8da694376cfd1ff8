/* The administrator's command, `p2pdash`: one table of what a person may type, one file for each noun. */
#ifndef FCGI_CLI_CLI_H
#define FCGI_CLI_CLI_H

#include "common/err.h"
#include "common/settings.h"
#include "fcgi/store/store.h"

struct cli {
	struct store *store;
	const char *name;		    /* the command's own argument; NULL if it takes none */
	const struct setting_value *values; /* by enum cli_setting */
};

enum cli_setting { CLI_REDIS, CLI_REDIS_CA, CLI_SECRET_FILE, CLI_ROLE, CLI_NODE, CLI_TTL, CLI_SETTINGS };

/* Each prints its result on standard output, or fails with a sentence for the person. */
enum err cli_user_add(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_user_passwd(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_user_role(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_user_list(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_user_remove(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_token_create(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_token_list(const struct cli *cli, struct reason *why) MUST_CHECK;
enum err cli_token_revoke(const struct cli *cli, struct reason *why) MUST_CHECK;

/* A list of objects as columns, with the members' names above. */
enum err cli_print_table(const char *json, size_t len, const char *const *columns, size_t count) MUST_CHECK;

#endif
