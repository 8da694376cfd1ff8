/*
 * Verified tokens in a fixed number of slots, chosen by a hash of the token's end. A token whose slot is
 * taken by another one simply replaces it: the loser is verified again when it comes back. The cache has no
 * clock of its own and does not know what makes a token valid.
 */
#include "fcgi/http/token_cache.h"

#include "common/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 128 /* a process serves far fewer users within a second */

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

/* How long it takes must not tell how much of a guess was right. `len` is that of b. */
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
	unsigned hash = 0;
	struct token_claims claims;
	struct slot *slot;
	enum err err;

	/* A token ends with its signature, which is as good as random. */
	for (size_t i = len > 8 ? len - 8 : 0; i < len; i++)
		hash = hash * 31 + (unsigned char)token[i];
	slot = &cache->slots[hash % SLOTS];
	if (now_ms < slot->until_ms && same_token(slot->token, token, len)) {
		*out = slot->claims;
		return ERR_NONE;
	}
	err = verifier->verify(verifier->user, token, &claims);
	if (err != ERR_NONE)
		return err;
	memcpy(slot->token, token, len + 1);
	slot->claims = claims;
	slot->until_ms = now_ms + TOKEN_CACHE_MS;
	*out = claims;
	return ERR_NONE;
}

void token_cache_forget(struct token_cache *cache, const char *token_id)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (strcmp(cache->slots[i].claims.id, token_id) == 0)
			cache->slots[i].until_ms = 0;
}
