/* Failed logins are counted by address and user, and by address alone; too many are refused for a while. */
#ifndef FCGI_STORE_THROTTLE_H
#define FCGI_STORE_THROTTLE_H

#include "fcgi/store/store.h"

#include <stdint.h>

/* ERR_TOO_MANY_REQUESTS with *retry_after_s if a login must not even be tried now. */
enum err throttle_check(struct store *store, const char *address, const char *user,
			int64_t *retry_after_s) MUST_CHECK;

enum err throttle_failed(struct store *store, const char *address, const char *user) MUST_CHECK;

/* The right password: this address may mistype this user's name afresh. */
enum err throttle_succeeded(struct store *store, const char *address, const char *user) MUST_CHECK;

#endif
