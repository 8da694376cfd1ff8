/* p2pdash token … */
#include "fcgi/cli/cli.h"
#include "fcgi/model/accounts.h"
#include "fcgi/store/tokens.h"

#include <stdio.h>

enum err cli_token_create(const struct cli *cli, struct reason *why)
{
	const char *node = cli->values[CLI_NODE].text;
	struct token_secret secret;
	struct accounts_token token = {.text = {0}};
	enum err err;

	if (!node)
		return reason_set(why, ERR_INVALID, "--node must be given: the worker the token is for");
	err = token_secret_read(cli->values[CLI_SECRET_FILE].text, &secret, why);
	if (err == ERR_NONE)
		err = accounts_create_token(
			cli->store, &secret,
			&(struct accounts_token_options){.node = node, .ttl_s = cli->values[CLI_TTL].number},
			&token, why);
	if (err == ERR_NONE)
		puts(buf_string(&token.text));
	buf_free(&token.text);
	return err;
}

enum err cli_token_list(const struct cli *cli, struct reason *why)
{
	static const char *const COLUMNS[] = {"id", "node_id", "created_at", "expires_at"};
	struct buf list = {0};
	enum err err = tokens_list(cli->store, &list);

	(void)why;
	if (err == ERR_NONE)
		err = cli_print_table(buf_string(&list), list.len, COLUMNS, 4);
	buf_free(&list);
	return err;
}

enum err cli_token_revoke(const struct cli *cli, struct reason *why)
{
	return accounts_revoke_token(cli->store, cli->name, why);
}
