/* Passwords: yescrypt by libxcrypt, its one home. */
#ifndef FCGI_MODEL_PASSWORD_H
#define FCGI_MODEL_PASSWORD_H

#include "common/err.h"

#include <stdbool.h>

#define PASSWORD_MIN 8
#define PASSWORD_MAX 256 /* bytes */

/* Whether it may be used as a password at all; ERR_INVALID says why not. */
enum err password_check(const char *password, struct reason *why) MUST_CHECK;

/* A new salted hash; `out` holds USER_HASH_SIZE bytes (store/users.h). */
enum err password_hash(const char *password, char *out) MUST_CHECK;

/* Takes the same time whether `hash` is right, wrong, or NULL because there is no such user. */
bool password_matches(const char *password, const char *hash);

#endif
