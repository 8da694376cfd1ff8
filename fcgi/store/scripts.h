/*
 * What must happen in Redis as one step and depends on what is there: small Lua scripts, run by redis_script.
 * Each is described above its text, with its keys, its arguments and its answer.
 */
#ifndef FCGI_STORE_SCRIPTS_H
#define FCGI_STORE_SCRIPTS_H

#include "fcgi/store/redis.h"

/* The texts, by enum script. */
extern const char *const SCRIPTS[SCRIPT_COUNT];

#endif
