/* Hashing and comparing passwords. */
#include "fcgi/model/password.h"

#include "common/mem.h"
#include "fcgi/store/users.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#define METHOD "$y$" /* yescrypt with libxcrypt's own cost, crypt(5) */
/* A hash of that method and cost that no password has: what is compared for users that do not exist. */
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

	if (crypt_gensalt_rn(METHOD, 0, NULL, 0, salt, sizeof(salt)))
		hash = crypt_r(password, salt, data);
	if (hash && strlen(hash) >= USER_HASH_SIZE)
		hash = NULL;
	if (hash && *hash != '*') /* crypt(3): how a failure is told */
		memcpy(out, hash, strlen(hash) + 1);
	else
		hash = NULL;
	explicit_bzero(data, sizeof(*data));
	free(data);
	return hash ? ERR_NONE : ERR_INTERNAL;
}

static bool equal(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char differs = 0;

	if (strlen(b) != len) /* a hash's length tells its method alone */
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
