/* Roles: who may do what. The order is the power; `worker` stands outside of it. */
#ifndef COMMON_ROLE_H
#define COMMON_ROLE_H

#include "common/err.h"

#include <stdbool.h>

enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_ADMIN, ROLE_WORKER };

const char *role_name(enum role role); /* "viewer", "operator", "admin", "worker", "none" */
enum err role_parse(const char *name, enum role *role) MUST_CHECK;

/* Whether `held` is allowed what needs `needed`: ROLE_NONE needs nothing, ROLE_WORKER only itself, the others
 * themselves or more. */
bool role_allows(enum role held, enum role needed);

#endif
