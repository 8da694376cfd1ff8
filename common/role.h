/*
 * Roles, which a token carries and a route asks for. Viewer, operator and admin are in order of power:
 * each may do all that the one before may. Worker is the role of a reporter's token; it is outside of that
 * order, and includes none of the others.
 */
#ifndef COMMON_ROLE_H
#define COMMON_ROLE_H

#include "common/err.h"

#include <stdbool.h>

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_ADMIN, ROLE_WORKER };

/* "none", "viewer", "operator", "admin" or "worker"; static storage. */
const char *role_name(enum role role);

/*
 * Reads such a name, in lower case only. ERR_INVALID for any other, "none" among them; *role is untouched
 * then.
 */
enum err role_parse(const char *name, enum role *role) MUST_CHECK;

/*
 * Whether the role `held` is enough where `needed` is asked for. ROLE_NONE is asked for where everybody
 * may pass, even without a token. ROLE_WORKER is asked for where only a worker may, and an admin may not
 * either. For any other role, that role and those above it are enough.
 */
bool role_allows(enum role held, enum role needed);

#endif
