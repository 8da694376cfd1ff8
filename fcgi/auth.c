/* Tokens of requests. Verified ones are remembered for less than a second, by their whole text. */
#include "fcgi/auth.h"

#include "common/clock.h"
#include "common/mem.h"
#include "fcgi/api.h"
#include "fcgi/store/tokens.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS	      128
#define REMEMBERED_MS 900 /* a token that ended stops working everywhere within 1 s */

struct slot {
	char token[TOKEN_MAX_LEN + 1];
	struct token_claims claims;
	int64_t until_ms; /* monotonic */
};

struct auth_memory {
	struct slot slots[SLOTS];
};

struct auth_memory *auth_memory_new(void)
{
	return mem_alloc(1, sizeof(struct auth_memory));
}

void auth_memory_free(struct auth_memory *memory)
{
	free(memory);
}

/* A signature's end is as good as random. */
static struct slot *slot_of(struct auth_memory *memory, const char *token, size_t len)
{
	unsigned hash = 0;

	for (size_t i = len > 8 ? len - 8 : 0; i < len; i++)
		hash = hash * 31 + (unsigned char)token[i];
	return &memory->slots[hash % SLOTS];
}

/* How long it takes must not tell how much of a guess was right. */
static bool same_token(const char *a, const char *b, size_t len)
{
	unsigned char differs = 0;

	for (size_t i = 0; i <= len; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return !differs;
}

void auth_forget(struct auth_memory *memory, const char *token_id)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (strcmp(memory->slots[i].claims.id, token_id) == 0)
			memory->slots[i].until_ms = 0;
}

static enum err judge(enum err err, struct reason *why)
{
	switch (err) {
	case ERR_UNAUTHORIZED:
		return reason_set(why, err, "the token is not valid");
	case ERR_TOKEN_EXPIRED:
		return reason_set(why, err, "the token has expired");
	case ERR_TOKEN_REVOKED:
		return reason_set(why, err, "the token was revoked, or its user has changed");
	default:
		return err;
	}
}

static enum err verify(struct api *api, const char *token, struct token_claims *out)
{
	enum err err = token_verify(api->secret, token, clock_now_ms() / 1000, out);

	return err == ERR_NONE ? tokens_check(api->store, out) : err;
}

static enum err identify(struct api *api, const char *token, struct token_claims *out, struct reason *why)
{
	size_t len = strlen(token);
	struct slot *slot = slot_of(api->memory, token, len);
	enum err err;

	if (clock_monotonic_ms() >= slot->until_ms || !same_token(slot->token, token, len)) {
		struct token_claims claims;

		err = verify(api, token, &claims);
		if (err != ERR_NONE)
			return judge(err, why);
		memcpy(slot->token, token, len + 1);
		slot->claims = claims;
		slot->until_ms = clock_monotonic_ms() + REMEMBERED_MS;
	}
	if (slot->claims.expires_at <= clock_now_ms() / 1000)
		return judge(ERR_TOKEN_EXPIRED, why);
	*out = slot->claims;
	return ERR_NONE;
}

enum err auth_identify(struct api *api, const struct request *request, struct auth_session *out,
		       struct reason *why)
{
	struct auth_session session;
	char token[TOKEN_MAX_LEN + 1];
	enum err err = credentials_token(&request->credentials, token, &session.by_cookie, why);

	if (err == ERR_NONE)
		err = identify(api, token, &session.claims, why);
	if (err == ERR_NONE)
		*out = session;
	return err;
}
