/* Passwords: hashes made by yescrypt; the one home of libxcrypt. */
#ifndef FCGI_MODEL_PASSWORD_H
#define FCGI_MODEL_PASSWORD_H

#include "common/err.h"

#include <stdbool.h>

#define PASSWORD_MIN 8
#define PASSWORD_MAX 256 /* bytes */

/* Whether a new password is neither too short nor too long; ERR_INVALID says why not. */
enum err password_check(const char *password, struct reason *why) MUST_CHECK;

/*
 * Writes a hash with a new salt; `out` holds USER_HASH_SIZE bytes (store/users.h). Takes tens of milliseconds
 * on purpose. ERR_INTERNAL if libxcrypt fails.
 */
enum err password_hash(const char *password, char *out) MUST_CHECK;

/* Takes the same time, tens of milliseconds, whether `hash` is right, wrong, or NULL (no such user). */
bool password_matches(const char *password, const char *hash);

#endif
