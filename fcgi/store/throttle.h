/*
 * The rate limit of logins. Attempts are counted for an address (network.h) with a user name, and for the
 * address alone; over either limit they are refused until its minute is over.
 *
 * An attempt counts before its password is looked at, so that many attempts at once cannot pass together; a
 * right password takes it back.
 */
#ifndef FCGI_STORE_THROTTLE_H
#define FCGI_STORE_THROTTLE_H

#include "fcgi/store/store.h"

#include <stdint.h>

/* Counts an attempt. ERR_TOO_MANY_REQUESTS: it must not be made, before *retry_after_s (at least 1) have
 * passed. */
enum err throttle_attempt(struct store *store, const char *address, const char *user,
			  int64_t *retry_after_s) MUST_CHECK;

/* The password was right: the attempt was no failure, and earlier failures of this address for this user are
 * forgotten. */
enum err throttle_succeeded(struct store *store, const char *address, const char *user) MUST_CHECK;

#endif
