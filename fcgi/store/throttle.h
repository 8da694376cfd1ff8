/*
 * Attempts to log in are counted by address (network.h) and user, and by address alone; too many are refused
 * for a while.
 * An attempt counts before its password is looked at, so that many at once are no way around; a right one is
 * taken back.
 */
#ifndef FCGI_STORE_THROTTLE_H
#define FCGI_STORE_THROTTLE_H

#include "fcgi/store/store.h"

#include <stdint.h>

/* Counts an attempt. ERR_TOO_MANY_REQUESTS with *retry_after_s if it must not be made now. */
enum err throttle_attempt(struct store *store, const char *address, const char *user,
			  int64_t *retry_after_s) MUST_CHECK;

/* The right password: the attempt was no failure, and this address may mistype this user's name afresh. */
enum err throttle_succeeded(struct store *store, const char *address, const char *user) MUST_CHECK;

#endif
