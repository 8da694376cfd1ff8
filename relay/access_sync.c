/* Reads users, workers' tokens and revocations from Redis, and follows their channel. Decides nothing. */
#include "relay/access_sync.h"

#include "common/id.h"
#include "common/json.h"
#include "common/keys.h"
#include "common/log.h"
#include "common/number.h"

#include <stdio.h>
#include <string.h>

#define SCAN_AT_ONCE "1000"

/* --- what is ------------------------------------------------------------------------------------------ */

/* SAMPLE alice, {"password":"$y$…","role":"admin","generation":3,"created_at":…} */
static void on_users(void *context, const struct reply *reply)
{
	struct access_sync *sync = context;

	for (size_t i = 0; i + 1 < reply_count(reply); i += 2) {
		struct json *user = NULL;
		size_t len;
		const char *name = reply_text(reply_at(reply, i), NULL);
		const char *text = reply_text(reply_at(reply, i + 1), &len);

		if (!id_is_node(name) || !text || json_parse(text, len, &user, NULL) != ERR_NONE)
			continue;
		access_set_user(sync->access, name, (int64_t)json_number(json_get(user, "generation")));
		json_free(user);
	}
}

static void on_tokens(void *context, const struct reply *reply)
{
	struct access_sync *sync = context;

	for (size_t i = 0; i < reply_count(reply); i++) {
		const char *id = reply_text(reply_at(reply, i), NULL);

		if (id)
			access_add_token(sync->access, id);
	}
}

static void on_revoked(void *context, const struct reply *reply);

static void scan_revoked(struct access_sync *sync, const char *cursor)
{
	feed_ask_for_sync(
		sync->feed,
		REDIS_WORDS("SCAN", cursor, "MATCH", key_of_revoked("*").text, "COUNT", SCAN_AT_ONCE),
		on_revoked, sync);
}

/* SAMPLE ["17", ["p2pdash:revoked:0123…", …]]: a cursor, which is 0 at the end, and keys */
static void on_revoked(void *context, const struct reply *reply)
{
	struct access_sync *sync = context;
	const struct reply *keys = reply_at(reply, 1);
	const char *cursor = reply_text(reply_at(reply, 0), NULL);
	size_t prefix = strlen(key_of_revoked("").text);

	for (size_t i = 0; i < reply_count(keys); i++) {
		size_t len;
		const char *key = reply_text(reply_at(keys, i), &len);

		if (key && len > prefix)
			access_revoke(sync->access, key + prefix);
	}
	if (cursor && strcmp(cursor, "0") != 0)
		scan_revoked(sync, cursor);
}

/* --- what happens ------------------------------------------------------------------------------------- */

/* SAMPLE token 0123456789abcdef0123456789abcdef, or worker and an id, or user alice 4 */
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
		access_revoke(access, name);
		return true;
	}
	if (words == 2 && strcmp(word, "worker") == 0) {
		access_add_token(access, name);
		return true;
	}
	if (words != 3 || strcmp(word, "user") != 0 ||
	    number_parse(number, 0, INT64_MAX, &generation) != ERR_NONE)
		return false;
	access_set_user(access, name, generation);
	return true;
}

static void on_message(void *context, const char *channel, const char *payload, size_t len)
{
	struct access_sync *sync = context;

	if (!take_message(sync->access, payload, len))
		log_error(
			"access_sync",
			"cannot read a message of Redis; does an API of another version write it? channel=%s "
			"len=%zu",
			channel, len);
}

/* --- the part of the sync ----------------------------------------------------------------------------- */

static void on_begin(void *context)
{
	struct access_sync *sync = context;

	access_forget(sync->access);
	feed_follow(sync->feed, CHANNEL_REVOKED);
}

static void on_ask(void *context)
{
	struct access_sync *sync = context;

	feed_ask_for_sync(sync->feed, REDIS_WORDS("HGETALL", KEY_USERS), on_users, sync);
	feed_ask_for_sync(sync->feed, REDIS_WORDS("HKEYS", KEY_TOKENS), on_tokens, sync);
	scan_revoked(sync, "0");
}

static void on_live(void *context)
{
	access_complete(((struct access_sync *)context)->access);
}

static void on_lost(void *context)
{
	access_forget(((struct access_sync *)context)->access);
}

const struct feed_part ACCESS_PART = {.channels = {CHANNEL_REVOKED},
				      .begin = on_begin,
				      .ask = on_ask,
				      .message = on_message,
				      .live = on_live,
				      .lost = on_lost};
