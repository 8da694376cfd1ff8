/* A sorted set a user and one a pool. Who waits counts itself first and then looks, so two at once never pass
 * together. */
#include "fcgi/store/waits.h"

#include "common/clock.h"
#include "common/keys.h"
#include "fcgi/store/redis.h"

#include <assert.h>

/* Longer than any wait. */
#define KEPT_S 600

enum part { PART_FORGET, PART_ADD, PART_COUNT, PART_EXPIRE, PARTS };

static void add_one(struct store *store, const struct wait *wait, struct key key)
{
	redis_add(store, "ZREMRANGEBYSCORE %s -inf %lld", key.text, (long long)clock_now_ms());
	redis_add(store, "ZADD %s %lld %s", key.text, (long long)wait->until_ms, wait->command_id);
	redis_add(store, "ZCARD %s", key.text);
	redis_add(store, "EXPIRE %s %d", key.text, KEPT_S);
}

enum err waits_begin(struct store *store, const struct wait *wait, const struct waiter **full)
{
	const struct waiter *const waiters[] = {&wait->user, &wait->pool};
	const struct waiter *found = NULL;
	struct replies replies;
	redisReply **parts;
	enum err err;

	redis_add(store, "MULTI");
	add_one(store, wait, key_of_waits(wait->user.name));
	add_one(store, wait, key_of_pool_waits(wait->pool.name));
	redis_add(store, "EXEC");
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	parts = replies_of_exec(&replies);
	assert(parts); /* nothing is WATCHed */
	for (size_t i = 0; i < sizeof(waiters) / sizeof(*waiters) && !found; i++)
		if (reply_number(parts[i * PARTS + PART_COUNT]) > waiters[i]->limit)
			found = waiters[i];
	replies_free(&replies);
	if (!found)
		return ERR_NONE;
	*full = found;
	return waits_end(store, wait) == ERR_NONE ? ERR_TOO_MANY_WAITING : ERR_BACKEND_AWAY;
}

enum err waits_end(struct store *store, const struct wait *wait)
{
	redis_add(store, "ZREM %s %s", key_of_waits(wait->user.name).text, wait->command_id);
	redis_add(store, "ZREM %s %s", key_of_pool_waits(wait->pool.name).text, wait->command_id);
	return redis_run_only(store);
}
