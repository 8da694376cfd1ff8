/* Verified tokens in slots by a hash of their end; who comes later takes the slot. It knows no clock. */
#include "fcgi/http/token_cache.h"

#include "common/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 128

struct slot {
	char token[TOKEN_MAX_LEN + 1];
	struct token_claims claims;
	int64_t until_ms;
};

struct token_cache {
	struct slot slots[SLOTS];
};

struct token_cache *token_cache_new(void)
{
	return mem_alloc(1, sizeof(struct token_cache));
}

void token_cache_free(struct token_cache *cache)
{
	free(cache);
}

/* A signature's end is as good as random. */
static struct slot *slot_of(struct token_cache *cache, const char *token, size_t len)
{
	unsigned hash = 0;

	for (size_t i = len > 8 ? len - 8 : 0; i < len; i++)
		hash = hash * 31 + (unsigned char)token[i];
	return &cache->slots[hash % SLOTS];
}

/* How long it takes must not tell how much of a guess was right. */
static bool same_token(const char *a, const char *b, size_t len)
{
	unsigned char differs = 0;

	for (size_t i = 0; i <= len; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return !differs;
}

enum err token_cache_get(struct token_cache *cache, const char *token, int64_t now_ms,
			 const struct token_verifier *verifier, struct token_claims *out)
{
	size_t len = strlen(token);
	struct slot *slot = slot_of(cache, token, len);

	if (now_ms >= slot->until_ms || !same_token(slot->token, token, len)) {
		struct token_claims claims;
		enum err err = verifier->verify(verifier->user, token, &claims);

		if (err != ERR_NONE)
			return err;
		memcpy(slot->token, token, len + 1);
		slot->claims = claims;
		slot->until_ms = now_ms + TOKEN_CACHE_MS;
	}
	*out = slot->claims;
	return ERR_NONE;
}

void token_cache_forget(struct token_cache *cache, const char *token_id)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (strcmp(cache->slots[i].claims.id, token_id) == 0)
			cache->slots[i].until_ms = 0;
}
