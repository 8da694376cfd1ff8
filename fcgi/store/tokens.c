/*
 * Tokens in Redis. The tokens themselves are not stored, only their ids: a worker's is a field of a hash, a
 * revoked one is a key that lives as long as the token would have.
 *
 * A user's tokens are not listed at all. Each carries the generation that the user's record had when it was
 * made, and counts while the record still has it; so one change of the record ends all sessions of that user.
 * Signatures and times are checked elsewhere (common/token.h).
 */
#include "fcgi/store/tokens.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/keys.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/number.h"
#include "fcgi/store/redis.h"
#include "fcgi/store/users.h"

#include <stdlib.h>
#include <string.h>

#define USE_NOTED_MS \
	(60 * 1000) /* so seldom the use of a token is noted: a write is dear, a request is not */

/* SAMPLE {"password":"$y$j9T$…","role":"admin","generation":1763375400,"created_at":1763375400123} */
static bool still_that_user(const redisReply *record, const struct token_claims *claims)
{
	struct json *user = NULL;
	int64_t generation = 0;
	const char *role = NULL;
	bool same;

	if (!reply_is_text(record) || json_parse(record->str, record->len, &user, NULL) != ERR_NONE)
		return false;
	same = json_need_integer(user, "", "generation", 1, INT64_MAX, &generation, NULL) == ERR_NONE &&
	       json_need_text(user, "", "role", ID_NODE_MAX, &role, NULL) == ERR_NONE &&
	       generation == claims->generation && strcmp(role, role_name(claims->role)) == 0;
	json_free(user);
	return same;
}

/* Notes the token's use, unless that was done less than a minute ago. It is no reason to refuse a request. */
static void note_use(struct store *store, const char *id, const redisReply *noted)
{
	int64_t now_ms = clock_now_ms(), noted_ms = 0;

	if (reply_is_text(noted) && number_parse(noted->str, 0, INT64_MAX, &noted_ms) != ERR_NONE)
		noted_ms = 0;
	if (now_ms - noted_ms < USE_NOTED_MS && noted_ms <= now_ms)
		return;
	redis_add(store, "HSET %s %s %lld", KEY_TOKENS_USED, id, (long long)now_ms);
	if (redis_run_only(store) != ERR_NONE)
		log_debug("tokens", "the use of a token was not noted id=%s", id);
}

enum err tokens_check(struct store *store, const struct token_claims *claims)
{
	bool is_worker = claims->role == ROLE_WORKER, counts;
	struct replies replies;
	enum err err;

	redis_add(store, "EXISTS %s", key_of_revoked(claims->id).text);
	if (is_worker) {
		redis_add(store, "HEXISTS %s %s", KEY_TOKENS, claims->id);
		redis_add(store, "HGET %s %s", KEY_TOKENS_USED, claims->id);
	} else {
		redis_add(store, "HGET %s %s", KEY_USERS, claims->subject);
	}
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	counts = is_worker ? reply_number(replies.item[1]) == 1 : still_that_user(replies.item[1], claims);
	if (reply_number(replies.item[0]) != 0 || !counts)
		err = ERR_TOKEN_REVOKED;
	else if (is_worker)
		note_use(store, claims->id, replies.item[2]);
	replies_free(&replies);
	return err;
}

enum err tokens_revoke(struct store *store, const char *id, int64_t expires_at)
{
	int64_t left_s = expires_at - clock_now_ms() / 1000 + 1;
	struct buf message = {0};
	enum err err;

	buf_printf(&message, "token %s", id);
	redis_add(store, "SET %s 1 EX %lld", key_of_revoked(id).text, (long long)(left_s > 1 ? left_s : 1));
	redis_add(store, "HDEL %s %s", KEY_TOKENS, id);
	redis_add(store, "HDEL %s %s", KEY_TOKENS_USED, id);
	redis_add(store, "PUBLISH %s %b", CHANNEL_REVOKED, message.data, message.len);
	err = redis_run_only(store);
	buf_free(&message);
	return err;
}

enum err tokens_add(struct store *store, const struct token_claims *claims, const char *name)
{
	struct buf record = {0};
	struct json_out json = {.buf = &record};
	enum err err;

	json_open(&json, '{');
	json_put_text(&json, "node", claims->subject);
	if (name)
		json_put_text(&json, "name", name);
	json_put_integer(&json, "created_at", claims->issued_at);
	json_put_integer(&json, "expires_at", claims->expires_at);
	json_close(&json, '}');
	redis_add(store, "HSET %s %s %b", KEY_TOKENS, claims->id, record.data, record.len);
	buf_clear(&record);
	buf_printf(&record, "worker %s", claims->id);
	redis_add(store, "PUBLISH %s %b", CHANNEL_REVOKED, record.data, record.len);
	err = redis_run_only(store);
	buf_free(&record);
	return err;
}

/* A worker's token as the list tells it. */
struct listed {
	char id[ID_RANDOM_SIZE], node[ID_NODE_SIZE];
	char name[TOKEN_NAME_MAX + 1];	/* "" if it has none */
	int64_t created_at, expires_at; /* seconds */
	int64_t used_ms;		/* 0: not yet */
};

/* SAMPLE {"node":"worker-001","name":"spare","created_at":1763375400,"expires_at":1794911400} */
static bool read_listed(const redisReply *record, struct listed *out)
{
	struct json *json = NULL;
	const char *node = NULL, *name = "";
	bool fine;

	if (!reply_is_text(record) || json_parse(record->str, record->len, &json, NULL) != ERR_NONE)
		return false;
	fine = json_need_text(json, "", "node", ID_NODE_MAX, &node, NULL) == ERR_NONE &&
	       json_optional_text(json, "", "name", TOKEN_NAME_MAX, &name, NULL) == ERR_NONE &&
	       json_need_integer(json, "", "created_at", 0, INT64_MAX, &out->created_at, NULL) == ERR_NONE &&
	       json_need_integer(json, "", "expires_at", 0, INT64_MAX, &out->expires_at, NULL) == ERR_NONE;
	if (fine) {
		memcpy(out->node, node, strlen(node) + 1);
		memcpy(out->name, name, strlen(name) + 1);
	}
	json_free(json);
	return fine;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->id, ((const struct listed *)b)->id);
}

/* By age; by id where two are as old. */
static int compare_listed(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	if (x->created_at != y->created_at)
		return x->created_at > y->created_at ? 1 : -1;
	return compare_ids(a, b);
}

/* Gives the tokens, sorted by id, the times of their last use, of a hash whose fields and values alternate.
 */
static void read_uses(const redisReply *hash, struct listed *tokens, size_t count)
{
	for (size_t i = 0; i + 1 < hash->elements; i += 2) {
		struct listed key = {0}, *token;

		if (hash->element[i]->len >= sizeof(key.id))
			continue;
		memcpy(key.id, hash->element[i]->str, hash->element[i]->len);
		token = bsearch(&key, tokens, count, sizeof(*tokens), compare_ids);
		if (token &&
		    number_parse(hash->element[i + 1]->str, 0, INT64_MAX, &token->used_ms) != ERR_NONE)
			token->used_ms = 0;
	}
}

/* Reads the whole hashes of tokens and of their uses. The caller frees the array. */
static struct listed *read_list(const redisReply *hash, const redisReply *uses, int64_t now, size_t *count)
{
	struct listed *tokens = mem_alloc(hash->elements / 2 + 1, sizeof(*tokens));

	*count = 0;
	for (size_t i = 0; i + 1 < hash->elements; i += 2) {
		const redisReply *id = hash->element[i], *record = hash->element[i + 1];
		struct listed *token = &tokens[*count];

		if (id->len >= sizeof(token->id) || !read_listed(record, token) || token->expires_at <= now)
			continue;
		memcpy(token->id, id->str, id->len + 1);
		(*count)++;
	}
	qsort(tokens, *count, sizeof(*tokens), compare_ids);
	read_uses(uses, tokens, *count);
	qsort(tokens, *count, sizeof(*tokens), compare_listed);
	return tokens;
}

/* SAMPLE {"id":"0f…","node_id":"worker-001","name":null,"created_at":"…","expires_at":"…","last_used":null} */
static void write_listed(struct json_out *out, const struct listed *token)
{
	json_open(out, '{');
	json_put_text(out, "id", token->id);
	json_put_text(out, "node_id", token->node);
	if (*token->name)
		json_put_text(out, "name", token->name);
	else
		json_put_null(out, "name");
	json_put_time(out, "created_at", token->created_at * 1000);
	json_put_time(out, "expires_at", token->expires_at * 1000);
	if (token->used_ms)
		json_put_time(out, "last_used", token->used_ms);
	else
		json_put_null(out, "last_used");
	json_close(out, '}');
}

enum err tokens_list(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct listed *tokens;
	struct replies replies;
	size_t count;
	enum err err;

	redis_add(store, "HGETALL %s", KEY_TOKENS);
	redis_add(store, "HGETALL %s", KEY_TOKENS_USED);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	tokens = read_list(replies.item[0], replies.item[1], clock_now_ms() / 1000, &count);
	replies_free(&replies);
	json_open(&json, '[');
	for (size_t i = 0; i < count; i++)
		write_listed(&json, &tokens[i]);
	json_close(&json, ']');
	free(tokens);
	return ERR_NONE;
}

enum err tokens_remove(struct store *store, const char *id)
{
	struct listed token;
	struct replies replies;
	bool listed;
	enum err err;

	redis_add(store, "HGET %s %s", KEY_TOKENS, id);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	listed = read_listed(replies.item[0], &token);
	replies_free(&replies);
	if (!listed)
		return ERR_NOT_FOUND;
	return tokens_revoke(store, id, token.expires_at);
}
