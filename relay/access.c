/*
 * The copy of what Redis says of tokens and users, and the decisions made by it. A worker's token counts only
 * if Redis knows its id; a user's token counts if the user's generation is still the token's. All of it is
 * learned anew in each sync, and changes with the messages of one channel.
 */
#include "relay/access.h"

#include "common/id.h"
#include "common/json.h"
#include "common/keys.h"
#include "common/log.h"
#include "common/map.h"
#include "common/mem.h"
#include "common/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCAN_AT_ONCE "1000"

struct access {
	struct feed *feed;
	struct token_secret secret;
	struct map tokens;  /* ids of workers' tokens -> the access, as a value that is not NULL */
	struct map revoked; /* token id -> likewise */
	struct map users;   /* name -> int64_t generation, its own memory */
	bool complete;	    /* all that Redis says is known */
};

/* --- what Redis says ---------------------------------------------------------------------------------- */

/* Nothing is known any more, so nobody is let in. */
static void forget(struct access *access)
{
	size_t cursor = 0;
	const char *name;
	void *generation;

	while (map_next(&access->users, &cursor, &name, &generation))
		free(generation);
	map_free(&access->users);
	map_free(&access->revoked);
	map_free(&access->tokens);
	access->complete = false;
}

/* Generation 0: the user was removed. */
static void set_user(struct access *access, const char *name, int64_t generation)
{
	int64_t *known = map_get(&access->users, name);

	if (generation == 0) {
		free(map_remove(&access->users, name));
		return;
	}
	if (!known) {
		known = mem_alloc(1, sizeof(*known));
		map_put(&access->users, name, known);
	}
	*known = generation;
}

/* SAMPLE alice, {"password":"$y$…","role":"admin","generation":3,"created_at":…} */
static void on_users(void *context, const struct reply *reply)
{
	struct access *access = context;

	for (size_t i = 0; i + 1 < reply_count(reply); i += 2) {
		struct json *user = NULL;
		size_t len;
		const char *name = reply_text(reply_at(reply, i), NULL);
		const char *text = reply_text(reply_at(reply, i + 1), &len);

		if (!id_is_node(name) || !text || json_parse(text, len, &user, NULL) != ERR_NONE)
			continue;
		set_user(access, name, (int64_t)json_number(json_get(user, "generation")));
		json_free(user);
	}
}

static void on_tokens(void *context, const struct reply *reply)
{
	struct access *access = context;

	for (size_t i = 0; i < reply_count(reply); i++) {
		const char *id = reply_text(reply_at(reply, i), NULL);

		if (id)
			map_put(&access->tokens, id, access);
	}
}

/* SAMPLE ["17", ["p2pdash:revoked:0123…", …]]: a cursor, which is 0 at the end, and keys */
static void on_revoked(void *context, const struct reply *reply)
{
	struct access *access = context;
	const struct reply *keys = reply_at(reply, 1);
	const char *cursor = reply_text(reply_at(reply, 0), NULL);
	size_t prefix = strlen(key_of_revoked("").text);

	for (size_t i = 0; i < reply_count(keys); i++) {
		size_t len;
		const char *key = reply_text(reply_at(keys, i), &len);

		if (key && len > prefix)
			map_put(&access->revoked, key + prefix, access);
	}
	if (cursor && strcmp(cursor, "0") != 0)
		sync_ask(
			access->feed->sync,
			REDIS_WORDS("SCAN", cursor, "MATCH", key_of_revoked("*").text, "COUNT", SCAN_AT_ONCE),
			on_revoked, access);
}

/* SAMPLE token 0123456789abcdef0123456789abcdef: it was revoked; worker and an id: it was made; user alice 4 */
static bool take_message(struct access *access, const char *payload, size_t len)
{
	char line[128], word[8], name[ID_NODE_SIZE], number[24] = "";
	int64_t generation;
	int words;

	if (len >= sizeof(line))
		return false;
	memcpy(line, payload, len);
	line[len] = '\0';
	words = sscanf(line, "%7s %64s %23s", word, name, number);
	if (words == 2 && strcmp(word, "token") == 0) {
		(void)map_remove(&access->tokens, name);
		map_put(&access->revoked, name, access);
		return true;
	}
	if (words == 2 && strcmp(word, "worker") == 0) {
		map_put(&access->tokens, name, access);
		return true;
	}
	if (words != 3 || strcmp(word, "user") != 0 ||
	    number_parse(number, 0, INT64_MAX, &generation) != ERR_NONE)
		return false;
	set_user(access, name, generation);
	return true;
}

static void on_message(void *context, const char *channel, const char *payload, size_t len)
{
	if (!take_message(context, payload, len))
		log_error(
			"access",
			"cannot read a message of Redis; does an API of another version write it? channel=%s "
			"len=%zu",
			channel, len);
}

static void on_step(void *context, enum sync_step step)
{
	struct access *access = context;

	switch (step) {
	case SYNC_BEGIN:
		forget(access);
		redis_link_follow(access->feed->link, CHANNEL_REVOKED);
		break;
	case SYNC_ASK:
		sync_ask(access->feed->sync, REDIS_WORDS("HGETALL", KEY_USERS), on_users, access);
		sync_ask(access->feed->sync, REDIS_WORDS("HKEYS", KEY_TOKENS), on_tokens, access);
		sync_ask(access->feed->sync,
			 REDIS_WORDS("SCAN", "0", "MATCH", key_of_revoked("*").text, "COUNT", SCAN_AT_ONCE),
			 on_revoked, access);
		break;
	case SYNC_TAKE:
		break;
	case SYNC_DONE:
		access->complete = true;
		break;
	case SYNC_LOST:
		forget(access);
	}
}

const struct sync_part ACCESS_PART = {.channels = {CHANNEL_REVOKED}, .step = on_step, .message = on_message};

struct access *access_new(struct feed *feed, const struct token_secret *secret)
{
	struct access *access = mem_alloc(1, sizeof(*access));

	access->feed = feed;
	access->secret = *secret;
	sync_join(feed->sync, &ACCESS_PART, access);
	return access;
}

void access_free(struct access *access)
{
	if (!access)
		return;
	forget(access);
	explicit_bzero(&access->secret, sizeof(access->secret));
	free(access);
}

/* --- decisions ---------------------------------------------------------------------------------------- */

/* Asked of a token that is valid by itself: what has been said of it since it was made; NULL if nothing, or
 * if it is not known. */
static const char *taken_back(const struct access *access, const struct token_claims *claims)
{
	const int64_t *generation;

	if (!access->complete)
		return NULL;
	if (map_get(&access->revoked, claims->id))
		return "token_revoked";
	if (claims->role == ROLE_WORKER)
		return map_get(&access->tokens, claims->id) ? NULL : "token_revoked";
	generation = map_get(&access->users, claims->subject);
	return generation && *generation == claims->generation ? NULL : "user_changed";
}

enum err access_admit(const struct access *access, const struct credentials *credentials, enum role needed,
		      int64_t now_ms, struct token_claims *out, struct reason *why)
{
	char token[TOKEN_MAX_LEN + 1];
	struct token_claims claims;
	bool by_cookie;
	enum err err = credentials_token(credentials, token, &by_cookie, why);

	if (err != ERR_NONE)
		return err;
	if (by_cookie && !credentials_same_origin(credentials))
		return reason_set(why, ERR_BAD_ORIGIN,
				  "a session cookie is accepted only from the dashboard's own origin");
	err = token_verify(&access->secret, token, now_ms / 1000, &claims);
	if (err == ERR_TOKEN_EXPIRED)
		return reason_set(why, err, "the token has expired");
	if (err != ERR_NONE)
		return reason_set(why, err, "the token is not valid here");
	if (!role_allows(claims.role, needed))
		return reason_set(why, ERR_FORBIDDEN, "this needs the role %s, the token has %s",
				  role_name(needed), role_name(claims.role));
	if (!access->complete)
		return reason_set(why, ERR_BACKEND_AWAY,
				  "Redis is away, so the token cannot be checked; try again");
	if (taken_back(access, &claims))
		return reason_set(why, ERR_TOKEN_REVOKED, "the token has been revoked");
	*out = claims;
	return ERR_NONE;
}

const char *access_ended(const struct access *access, const struct token_claims *claims, int64_t now_ms)
{
	if (claims->expires_at <= now_ms / 1000)
		return "token_expired";
	return taken_back(access, claims);
}
