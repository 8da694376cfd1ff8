/* `p2pdash token …`: the tokens with which workers speak for their nodes. */
#include "fcgi/cli/cli.h"
#include "fcgi/model/accounts.h"
#include "fcgi/store/tokens.h"

#include <stdio.h>

/* Prints the token alone, so that a script can put it into a file. */
enum err cli_token_create(const struct cli *cli, struct reason *why)
{
	struct accounts_token_options options = {
		.node = cli->values[CLI_NODE].text,
		.name = cli->values[CLI_TOKEN_NAME].text,
		.ttl_s = cli->values[CLI_TTL].number,
	};
	struct accounts_token token;
	struct token_secret secret;
	enum err err;

	if (!options.node)
		return reason_set(why, ERR_INVALID, "--node must be given: the worker the token is for");
	err = token_secret_read(cli->values[CLI_SECRET_FILE].text, &secret, why);
	if (err != ERR_NONE)
		return err;
	err = accounts_create_token(cli->store, &secret, &options, &token, why);
	if (err != ERR_NONE)
		return err;
	puts(buf_string(&token.text));
	buf_free(&token.text);
	return ERR_NONE;
}

enum err cli_token_list(const struct cli *cli, struct reason *why)
{
	static const char *const COLUMNS[] = {"id",	    "node_id",	  "name",
					      "created_at", "expires_at", "last_used"};
	struct buf list = {0};
	enum err err = tokens_list(cli->store, &list);

	(void)why;
	if (err != ERR_NONE)
		goto out;
	err = cli_print_table(buf_string(&list), list.len, COLUMNS, sizeof(COLUMNS) / sizeof(*COLUMNS));
out:
	buf_free(&list);
	return err;
}

enum err cli_token_revoke(const struct cli *cli, struct reason *why)
{
	return accounts_revoke_token(cli->store, cli->name, why);
}
