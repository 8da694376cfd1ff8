/* Tokens in Redis: the workers' by id in a hash, the revoked ones by a key that lives as long as they would.
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

static void add_revoke(struct store *store, const char *id, int64_t expires_at)
{
	int64_t left_s = expires_at - clock_now_ms() / 1000 + 1;
	struct buf message = {0};

	buf_printf(&message, "token %s", id);
	redis_add(store, "SET %s 1 EX %lld", key_of_revoked(id).text, (long long)(left_s > 1 ? left_s : 1));
	redis_add(store, "HDEL %s %s", KEY_TOKENS, id);
	redis_add(store, "PUBLISH %s %b", CHANNEL_REVOKED, message.data, message.len);
	buf_free(&message);
}

enum err tokens_revoke(struct store *store, const char *id, int64_t expires_at)
{
	add_revoke(store, id, expires_at);
	return redis_run_only(store);
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

struct listed {
	char id[ID_RANDOM_SIZE], node[ID_NODE_SIZE];
	int64_t created_at, expires_at;
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

static int compare_listed(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	return x->created_at != y->created_at
		       ? (x->created_at > y->created_at) - (x->created_at < y->created_at)
		       : strcmp(x->id, y->id);
}

static void write_listed(const struct listed *tokens, size_t count, struct buf *out)
{
	struct json_out json = {.buf = out};

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
}

enum err tokens_list(struct store *store, struct buf *out)
{
	int64_t now = clock_now_ms() / 1000;
	struct listed *tokens;
	struct replies replies;
	size_t count = 0;
	enum err err;

	redis_add(store, "HGETALL %s", KEY_TOKENS);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	tokens = mem_alloc(replies.item[0]->elements / 2 + 1, sizeof(*tokens));
	for (size_t i = 0; i + 1 < replies.item[0]->elements; i += 2) {
		const redisReply *id = replies.item[0]->element[i], *record = replies.item[0]->element[i + 1];
		struct listed *token = &tokens[count];

		if (id->len >= sizeof(token->id) || !read_listed(record, token) || token->expires_at <= now)
			continue;
		memcpy(token->id, id->str, id->len + 1);
		count++;
	}
	qsort(tokens, count, sizeof(*tokens), compare_listed);
	write_listed(tokens, count, out);
	free(tokens);
	replies_free(&replies);
	return ERR_NONE;
}

enum err tokens_remove(struct store *store, const char *id)
{
	struct listed token;
	struct replies replies;
	enum err err;

	redis_add(store, "HGET %s %s", KEY_TOKENS, id);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	if (!read_listed(replies.item[0], &token))
		err = ERR_NOT_FOUND;
	replies_free(&replies);
	return err == ERR_NONE ? tokens_revoke(store, id, token.expires_at) : err;
}
