/*
 * Hashing and comparing passwords by yescrypt, with the cost that libxcrypt chooses. It knows no users and no
 * limits on attempts.
 */
#include "fcgi/model/password.h"

#include "common/mem.h"
#include "fcgi/store/users.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#define METHOD "$y$" /* yescrypt, crypt(5) */
/* Compared for users that do not exist: a hash of that method and cost which no password has. */
#define NOBODYS_HASH "$y$j9T$nobodynobodynobody0000$"

enum err password_check(const char *password, struct reason *why)
{
	size_t len = strlen(password);

	if (len < PASSWORD_MIN || len > PASSWORD_MAX)
		return reason_set(why, ERR_INVALID, "password must be %d to %d bytes long", PASSWORD_MIN,
				  PASSWORD_MAX);
	return ERR_NONE;
}

enum err password_hash(const char *password, char *out)
{
	struct crypt_data *data = mem_alloc(1, sizeof(*data));
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash = NULL;
	enum err err = ERR_INTERNAL;

	if (crypt_gensalt_rn(METHOD, 0, NULL, 0, salt, sizeof(salt)))
		hash = crypt_r(password, salt, data);
	/* crypt(3) tells a failure by a hash that begins with an asterisk. */
	if (hash && *hash != '*' && strlen(hash) < USER_HASH_SIZE) {
		memcpy(out, hash, strlen(hash) + 1);
		err = ERR_NONE;
	}
	explicit_bzero(data, sizeof(*data));
	free(data);
	return err;
}

/* Takes the same time wherever two hashes of one length differ. A hash's length tells its method alone. */
static bool equal(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char differs = 0;

	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return !differs;
}

bool password_matches(const char *password, const char *hash)
{
	struct crypt_data *data = mem_alloc(1, sizeof(*data));
	const char *made = crypt_r(password, hash ? hash : NOBODYS_HASH, data);
	bool matches = made && *made != '*' && hash && equal(made, hash);

	explicit_bzero(data, sizeof(*data));
	free(data);
	return matches;
}
