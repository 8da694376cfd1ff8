/*
 * The names of the roles, and the one comparison of two of them. Which route needs which role is the route
 * tables'.
 */
#include "common/role.h"

#include <string.h>

static const char *const NAMES[] = {
	[ROLE_NONE] = "none",	[ROLE_VIEWER] = "viewer", [ROLE_OPERATOR] = "operator",
	[ROLE_ADMIN] = "admin", [ROLE_WORKER] = "worker",
};

const char *role_name(enum role role)
{
	return NAMES[role];
}

enum err role_parse(const char *name, enum role *role)
{
	for (enum role r = ROLE_VIEWER; r <= ROLE_WORKER; r++)
		if (strcmp(name, NAMES[r]) == 0) {
			*role = r;
			return ERR_NONE;
		}
	return ERR_INVALID;
}

bool role_allows(enum role held, enum role needed)
{
	if (needed == ROLE_NONE)
		return true;
	if (needed == ROLE_WORKER || held == ROLE_WORKER)
		return held == needed;
	return held >= needed;
}
