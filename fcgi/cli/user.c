/*
 * `p2pdash user …`: the people who may log in. A password is read from standard input and never from the
 * command line, where every user of the machine could see it.
 */
#include "fcgi/cli/cli.h"
#include "fcgi/model/accounts.h"
#include "fcgi/model/password.h"
#include "fcgi/store/users.h"

#include <stdio.h>
#include <string.h>

#define LINE_SIZE (PASSWORD_MAX + 2) /* a password that is too long by one still shows that it is */

/* One line, without its end. */
static enum err read_password(char out[LINE_SIZE], struct reason *why)
{
	if (!fgets(out, LINE_SIZE, stdin))
		return reason_set(why, ERR_INVALID,
				  "the password is read from standard input, which is empty");
	out[strcspn(out, "\r\n")] = '\0';
	return ERR_NONE;
}

enum err cli_user_add(const struct cli *cli, struct reason *why)
{
	const char *role = cli->values[CLI_ROLE].text;
	char password[LINE_SIZE];
	enum err err;

	if (!role)
		return reason_set(why, ERR_INVALID, "--role must be given: viewer, operator or admin");
	err = read_password(password, why);
	if (err != ERR_NONE)
		return err;
	err = accounts_add_user(cli->store, cli->name, password, role, why);
	explicit_bzero(password, sizeof(password));
	return err;
}

enum err cli_user_passwd(const struct cli *cli, struct reason *why)
{
	char password[LINE_SIZE];
	enum err err = read_password(password, why);

	if (err != ERR_NONE)
		return err;
	err = accounts_change_user(cli->store, cli->name, password, NULL, why);
	explicit_bzero(password, sizeof(password));
	return err;
}

enum err cli_user_role(const struct cli *cli, struct reason *why)
{
	const char *role = cli->values[CLI_ROLE].text;

	if (!role)
		return reason_set(why, ERR_INVALID, "--role must be given: viewer, operator or admin");
	return accounts_change_user(cli->store, cli->name, NULL, role, why);
}

enum err cli_user_list(const struct cli *cli, struct reason *why)
{
	static const char *const COLUMNS[] = {"username", "role", "created_at"};
	struct buf list = {0};
	enum err err = users_list(cli->store, &list);

	(void)why;
	if (err != ERR_NONE)
		goto out;
	err = cli_print_table(buf_string(&list), list.len, COLUMNS, sizeof(COLUMNS) / sizeof(*COLUMNS));
out:
	buf_free(&list);
	return err;
}

enum err cli_user_remove(const struct cli *cli, struct reason *why)
{
	return accounts_remove_user(cli->store, cli->name, why);
}
