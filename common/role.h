/*
 * Roles, which a token carries and a route asks for. Viewer, operator and admin are steps of one ladder:
 * each may do what the one below may. A worker's token is for a reporter; it stands beside the ladder and
 * opens nothing on it.
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
 * Whether somebody with the role `held` may do what needs `needed`. ROLE_NONE is needed by what is open to
 * all, even without a token. ROLE_WORKER is needed by what only a worker may do, so that an admin may not
 * either. Anything else is allowed to that role and to those above it.
 */
bool role_allows(enum role held, enum role needed);

#endif
