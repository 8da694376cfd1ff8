/*
 * Tokens: libjwt's one home. Version 1.10 (Debian 12) compares signatures with strcmp, which tells by its
 * time how much of one was right, and takes the algorithm from the token's own header unless it is asked.
 * So the signature is made and compared here, in constant time, before libjwt sees the token; then libjwt
 * reads the claims, and the algorithm that it found must be ours.
 */
#include "common/token.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <jwt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLOCK_SKEW_S	     60
#define SIGNATURE_SIZE	     32 /* SHA-256 */
#define SIGNATURE_BASE64_LEN 43 /* 32 bytes in base64url without padding, RFC 7515 section 2 */

enum err token_secret_read(const char *path, struct token_secret *out, struct reason *why)
{
	struct token_secret secret = {0};
	struct stat stat;
	enum err err = ERR_NONE;
	ssize_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &stat) != 0) {
		err = reason_set(why, ERR_SYSTEM, "secret-file: %s: %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(stat.st_mode) || (stat.st_mode & 077) != 0) {
		err = reason_set(
			why, ERR_INVALID,
			"secret-file: %s must be a regular file that only its owner can read (chmod 600)",
			path);
		goto out;
	}
	len = read(fd, secret.bytes, sizeof(secret.bytes));
	if (len > 0 && secret.bytes[len - 1] == '\n')
		len--;
	if (len < TOKEN_SECRET_MIN) {
		err = reason_set(why, ERR_INVALID,
				 "secret-file: the secret in %s must be at least %d bytes long", path,
				 TOKEN_SECRET_MIN);
		goto out;
	}
	secret.len = (size_t)len;
	*out = secret;
out:
	OPENSSL_cleanse(&secret, sizeof(secret));
	if (fd >= 0)
		close(fd);
	return err;
}

void token_sign(const struct token_secret *secret, const struct token_claims *claims, struct buf *out)
{
	jwt_t *jwt = NULL;
	char *text;
	int failed = jwt_new(&jwt);

	assert(!failed);
	failed = jwt_set_alg(jwt, JWT_ALG_HS256, secret->bytes, (int)secret->len) ||
		 jwt_add_grant(jwt, "sub", claims->subject) || jwt_add_grant(jwt, "jti", claims->id) ||
		 jwt_add_grant(jwt, "role", role_name(claims->role)) ||
		 jwt_add_grant_int(jwt, "gen", (long)claims->generation) ||
		 jwt_add_grant_int(jwt, "iat", (long)claims->issued_at) ||
		 jwt_add_grant_int(jwt, "exp", (long)claims->expires_at);
	assert(!failed); /* every claim is set once, so only memory can run out */
	text = jwt_encode_str(jwt);
	assert(text);
	buf_text(out, text);
	free(text);
	jwt_free(jwt);
}

/*
 * Whether the part behind the last point is the HS256 signature of the part before it, in base64url (RFC
 * 7515 section 5.1).
 */
static bool signature_is_ours(const struct token_secret *secret, const char *token)
{
	unsigned char mac[EVP_MAX_MD_SIZE], base64[EVP_MAX_MD_SIZE * 2];
	const char *dot = strrchr(token, '.');
	char wanted[SIGNATURE_BASE64_LEN];
	unsigned int mac_len = 0;
	const unsigned char *made;

	if (!dot || strlen(dot + 1) != SIGNATURE_BASE64_LEN)
		return false;
	made = HMAC(EVP_sha256(), secret->bytes, (int)secret->len, (const unsigned char *)token,
		    (size_t)(dot - token), mac, &mac_len);
	assert(made && mac_len == SIGNATURE_SIZE);
	(void)EVP_EncodeBlock(base64, mac, (int)mac_len);
	for (size_t i = 0; i < SIGNATURE_BASE64_LEN; i++)
		wanted[i] = (char)(base64[i] == '+' ? '-' : base64[i] == '/' ? '_' : base64[i]);
	return CRYPTO_memcmp(wanted, dot + 1, SIGNATURE_BASE64_LEN) == 0;
}

/*
 * The claims as token_sign writes them; false if one is missing or has another form. Times are judged by
 * the caller.
 */
static bool read_claims(jwt_t *jwt, struct token_claims *out)
{
	const char *subject = jwt_get_grant(jwt, "sub"), *id = jwt_get_grant(jwt, "jti");
	const char *role = jwt_get_grant(jwt, "role");

	if (!id_is_node(subject) || !id || strlen(id) != ID_RANDOM_SIZE - 1 || !role ||
	    role_parse(role, &out->role) != ERR_NONE)
		return false;
	memcpy(out->subject, subject, strlen(subject) + 1);
	memcpy(out->id, id, ID_RANDOM_SIZE);
	out->generation = jwt_get_grant_int(jwt, "gen");
	out->issued_at = jwt_get_grant_int(jwt, "iat");
	out->expires_at = jwt_get_grant_int(jwt, "exp"); /* a missing one is 0: long ended */
	return true;
}

enum err token_verify(const struct token_secret *secret, const char *token, int64_t now,
		      struct token_claims *out)
{
	struct token_claims claims = {0};
	enum err err = ERR_UNAUTHORIZED;
	jwt_t *jwt = NULL;

	if (strnlen(token, TOKEN_MAX_LEN + 1) > TOKEN_MAX_LEN || !signature_is_ours(secret, token))
		return ERR_UNAUTHORIZED;
	if (jwt_decode(&jwt, token, secret->bytes, (int)secret->len) != 0)
		return ERR_UNAUTHORIZED;
	if (jwt_get_alg(jwt) != JWT_ALG_HS256 || !read_claims(jwt, &claims))
		goto out;
	if (claims.issued_at > now + CLOCK_SKEW_S || jwt_get_grant_int(jwt, "nbf") > now + CLOCK_SKEW_S)
		goto out;
	if (claims.expires_at <= now) {
		err = ERR_TOKEN_EXPIRED;
		goto out;
	}
	*out = claims;
	err = ERR_NONE;
out:
	jwt_free(jwt);
	return err;
}
