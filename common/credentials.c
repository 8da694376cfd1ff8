/*
 * Finds the token in the header fields, and compares the origin. What a token is worth is judged elsewhere
 * (token.h, and the API's and the relay's lists of revoked ones).
 */
#include "common/credentials.h"

#include <string.h>
#include <strings.h>

#define BEARER "Bearer "
#define HTTPS  "https://"

/* SAMPLE theme=dark; p2pdash=eyJhbGciOiJIUzI1NiJ9.e30.c2ln; lang=ru (RFC 6265 section 4.2.1) */
static const char *find_cookie(const char *cookies, size_t *len)
{
	static const char NAME[] = CREDENTIALS_COOKIE "=";
	size_t name_len = sizeof(NAME) - 1;

	while (*cookies) {
		size_t pair_len;

		cookies += strspn(cookies, "; \t");
		pair_len = strcspn(cookies, ";");
		if (pair_len > name_len && strncmp(cookies, NAME, name_len) == 0) {
			*len = pair_len - name_len;
			return cookies + name_len;
		}
		cookies += pair_len;
	}
	return NULL;
}

enum err credentials_token(const struct credentials *credentials, char out[TOKEN_MAX_LEN + 1],
			   bool *by_cookie, struct reason *why)
{
	const char *authorization = credentials->authorization, *token = NULL;
	bool has_header = *authorization != '\0';
	size_t len = 0;

	/* SAMPLE Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln ; the word in any case (RFC 9110 section 11.1) */
	if (!has_header) {
		token = find_cookie(credentials->cookie, &len);
	} else if (strncasecmp(authorization, BEARER, strlen(BEARER)) == 0) {
		token = authorization + strlen(BEARER);
		len = strlen(token);
	}
	if (!token || !len)
		return reason_set(
			why, ERR_UNAUTHORIZED,
			"a token is needed, as \"Authorization: Bearer\" or in the cookie of a login");
	if (len > TOKEN_MAX_LEN)
		return reason_set(why, ERR_UNAUTHORIZED, "the token is too long to be one of ours");
	memcpy(out, token, len);
	out[len] = '\0';
	*by_cookie = !has_header;
	return ERR_NONE;
}

/* SAMPLE https://coordinator.example:8443 and coordinator.example:8443 */
bool credentials_same_origin(const struct credentials *credentials)
{
	const char *authority = strstr(credentials->origin, "://");
	bool by_https = credentials->scheme && strcmp(credentials->scheme, "https") == 0;

	if (by_https && strncasecmp(credentials->origin, HTTPS, strlen(HTTPS)) != 0)
		return false;
	return authority && *credentials->host && strcasecmp(authority + 3, credentials->host) == 0;
}
