/* p2pdash user … */
#include "fcgi/cli/cli.h"
#include "fcgi/model/accounts.h"
#include "fcgi/model/password.h"
#include "fcgi/store/users.h"

#include <stdio.h>
#include <string.h>

/* One line of standard input, without its end. */
static enum err read_password(char out[PASSWORD_MAX + 2], struct reason *why)
{
	if (!fgets(out, PASSWORD_MAX + 2, stdin))
		return reason_set(why, ERR_INVALID,
				  "the password is read from standard input, which is empty");
	out[strcspn(out, "\r\n")] = '\0';
	return ERR_NONE;
}

static enum err need_role(const struct cli *cli, struct reason *why)
{
	if (!cli->values[CLI_ROLE].text)
		return reason_set(why, ERR_INVALID, "--role must be given: viewer, operator or admin");
	return ERR_NONE;
}

enum err cli_user_add(const struct cli *cli, struct reason *why)
{
	char password[PASSWORD_MAX + 2];
	enum err err = need_role(cli, why);

	if (err == ERR_NONE)
		err = read_password(password, why);
	if (err == ERR_NONE)
		err = accounts_add_user(cli->store, cli->name, password, cli->values[CLI_ROLE].text, why);
	explicit_bzero(password, sizeof(password));
	return err;
}

enum err cli_user_passwd(const struct cli *cli, struct reason *why)
{
	char password[PASSWORD_MAX + 2];
	enum err err = read_password(password, why);

	if (err == ERR_NONE)
		err = accounts_change_user(cli->store, cli->name, password, NULL, why);
	explicit_bzero(password, sizeof(password));
	return err;
}

enum err cli_user_role(const struct cli *cli, struct reason *why)
{
	enum err err = need_role(cli, why);

	if (err != ERR_NONE)
		return err;
	return accounts_change_user(cli->store, cli->name, NULL, cli->values[CLI_ROLE].text, why);
}

enum err cli_user_list(const struct cli *cli, struct reason *why)
{
	static const char *const COLUMNS[] = {"username", "role", "created_at"};
	struct buf list = {0};
	enum err err = users_list(cli->store, &list);

	(void)why;
	if (err == ERR_NONE)
		err = cli_print_table(buf_string(&list), list.len, COLUMNS, 3);
	buf_free(&list);
	return err;
}

enum err cli_user_remove(const struct cli *cli, struct reason *why)
{
	return accounts_remove_user(cli->store, cli->name, why);
}
