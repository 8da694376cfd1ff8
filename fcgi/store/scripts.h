/* What must happen in Redis as one step and depends on what is there: small Lua scripts. */
#ifndef FCGI_STORE_SCRIPTS_H
#define FCGI_STORE_SCRIPTS_H

#include "fcgi/store/redis.h"

extern const char *const SCRIPTS[SCRIPT_COUNT];

#endif
