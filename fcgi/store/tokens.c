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
#include "common/mem.h"
#include "fcgi/store/redis.h"
#include "fcgi/store/users.h"

#include <stdlib.h>
#include <string.h>

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

enum err tokens_check(struct store *store, const struct token_claims *claims)
{
	bool is_worker = claims->role == ROLE_WORKER, counts;
	struct replies replies;
	enum err err;

	redis_add(store, "EXISTS %s", key_of_revoked(claims->id).text);
	if (is_worker)
		redis_add(store, "HEXISTS %s %s", KEY_TOKENS, claims->id);
	else
		redis_add(store, "HGET %s %s", KEY_USERS, claims->subject);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	counts = is_worker ? reply_number(replies.item[1]) == 1 : still_that_user(replies.item[1], claims);
	if (reply_number(replies.item[0]) != 0 || !counts)
		err = ERR_TOKEN_REVOKED;
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
	redis_add(store, "PUBLISH %s %b", CHANNEL_REVOKED, message.data, message.len);
	err = redis_run_only(store);
	buf_free(&message);
	return err;
}

enum err tokens_add(struct store *store, const struct token_claims *claims)
{
	struct buf record = {0};
	struct json_out json = {.buf = &record};
	enum err err;

	json_open(&json, '{');
	json_put_text(&json, "node", claims->subject);
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
	int64_t created_at, expires_at; /* seconds */
};

/* SAMPLE {"node":"worker-001","created_at":1763375400,"expires_at":1794911400} */
static bool read_listed(const redisReply *record, struct listed *out)
{
	struct json *json = NULL;
	const char *node = NULL;
	bool fine;

	if (!reply_is_text(record) || json_parse(record->str, record->len, &json, NULL) != ERR_NONE)
		return false;
	fine = json_need_text(json, "", "node", ID_NODE_MAX, &node, NULL) == ERR_NONE &&
	       json_need_integer(json, "", "created_at", 0, INT64_MAX, &out->created_at, NULL) == ERR_NONE &&
	       json_need_integer(json, "", "expires_at", 0, INT64_MAX, &out->expires_at, NULL) == ERR_NONE;
	if (fine)
		memcpy(out->node, node, strlen(node) + 1);
	json_free(json);
	return fine;
}

/* By age; by id where two are as old. */
static int compare_listed(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	if (x->created_at != y->created_at)
		return x->created_at > y->created_at ? 1 : -1;
	return strcmp(x->id, y->id);
}

/* Reads the whole hash, whose fields and values come by turns. The caller frees the array. */
static struct listed *read_list(const redisReply *hash, int64_t now, size_t *count)
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
	qsort(tokens, *count, sizeof(*tokens), compare_listed);
	return tokens;
}

enum err tokens_list(struct store *store, struct buf *out)
{
	struct json_out json = {.buf = out};
	struct listed *tokens;
	struct replies replies;
	size_t count;
	enum err err;

	redis_add(store, "HGETALL %s", KEY_TOKENS);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	tokens = read_list(replies.item[0], clock_now_ms() / 1000, &count);
	replies_free(&replies);
	json_open(&json, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&json, '{');
		json_put_text(&json, "id", tokens[i].id);
		json_put_text(&json, "node_id", tokens[i].node);
		json_put_time(&json, "created_at", tokens[i].created_at * 1000);
		json_put_time(&json, "expires_at", tokens[i].expires_at * 1000);
		json_close(&json, '}');
	}
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
