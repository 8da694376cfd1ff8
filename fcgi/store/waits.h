/*
 * Which commands a user waits for, all processes together. A process that died while it waited is not counted
 * any longer than it would have waited.
 */
#ifndef FCGI_STORE_WAITS_H
#define FCGI_STORE_WAITS_H

#include "fcgi/store/store.h"

#include <stdint.h>

/*
 * The user begins to wait for the command, until `until_ms` at most. ERR_TOO_MANY_WAITING if `limit` of the
 * user's calls wait already; the wait has not begun then.
 */
enum err waits_begin(struct store *store, const char *user, const char *command_id, int64_t until_ms,
		     int64_t limit) MUST_CHECK;

enum err waits_end(struct store *store, const char *user, const char *command_id) MUST_CHECK;

#endif
