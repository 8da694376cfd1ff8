/* A sorted set a user. Who waits counts itself first and then looks, so two at once never pass together. */
#include "fcgi/store/waits.h"

#include "common/clock.h"
#include "common/keys.h"
#include "fcgi/store/redis.h"

#include <assert.h>

/* Longer than any wait. */
#define KEPT_S 600

enum part { PART_FORGET, PART_ADD, PART_COUNT, PART_EXPIRE };

enum err waits_begin(struct store *store, const char *user, const char *command_id, int64_t until_ms,
		     int64_t limit)
{
	struct key key = key_of_waits(user);
	int64_t now_ms = clock_now_ms();
	struct replies replies;
	redisReply **parts;
	enum err err;

	redis_add(store, "MULTI");
	redis_add(store, "ZREMRANGEBYSCORE %s -inf %lld", key.text, (long long)now_ms);
	redis_add(store, "ZADD %s %lld %s", key.text, (long long)until_ms, command_id);
	redis_add(store, "ZCARD %s", key.text);
	redis_add(store, "EXPIRE %s %d", key.text, KEPT_S);
	redis_add(store, "EXEC");
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	parts = replies_of_exec(&replies);
	assert(parts); /* nothing is WATCHed */
	if (reply_number(parts[PART_COUNT]) > limit)
		err = ERR_TOO_MANY_WAITING;
	replies_free(&replies);
	if (err == ERR_NONE)
		return ERR_NONE;
	redis_add(store, "ZREM %s %s", key.text, command_id);
	return redis_run_only(store) == ERR_NONE ? err : ERR_BACKEND_AWAY;
}

enum err waits_end(struct store *store, const char *user, const char *command_id)
{
	redis_add(store, "ZREM %s %s", key_of_waits(user).text, command_id);
	return redis_run_only(store);
}
