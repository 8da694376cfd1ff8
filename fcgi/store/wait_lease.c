/*
 * Leases in Redis: a sorted set for each holder, of what is waited for by when the lease ends. A call puts
 * itself into the sets first and counts then, in one transaction, so two calls at once cannot both take the
 * last lease; a call that finds too many takes itself out again. Leases that have ended are dropped before
 * each count.
 */
#include "fcgi/store/wait_lease.h"

#include "common/clock.h"
#include "common/keys.h"
#include "fcgi/store/redis.h"

#include <assert.h>

#define KEPT_S 600 /* a set that nobody adds to; longer than any lease */

/* The parts of the transaction for one holder. */
enum part { PART_DROP_ENDED, PART_ADD, PART_COUNT, PART_EXPIRE, PARTS };

static void add_and_count(struct store *store, const struct wait_lease *lease, struct key key)
{
	redis_add(store, "ZREMRANGEBYSCORE %s -inf %lld", key.text, (long long)clock_now_ms());
	redis_add(store, "ZADD %s %lld %s", key.text, (long long)lease->until_ms, lease->command_id);
	redis_add(store, "ZCARD %s", key.text);
	redis_add(store, "EXPIRE %s %d", key.text, KEPT_S);
}

enum err wait_lease_take(struct store *store, const struct wait_lease *lease,
			 const struct lease_holder **full)
{
	const struct lease_holder *found = NULL;
	struct replies replies;
	redisReply **parts;
	enum err err;

	redis_add(store, "MULTI");
	add_and_count(store, lease, key_of_waits(lease->user.name));
	add_and_count(store, lease, key_of_pool_waits(lease->pool.name));
	redis_add(store, "EXEC");
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	parts = replies_of_exec(&replies);
	assert(parts); /* nothing is WATCHed */
	if (reply_number(parts[PART_COUNT]) > lease->user.limit)
		found = &lease->user;
	else if (reply_number(parts[PARTS + PART_COUNT]) > lease->pool.limit)
		found = &lease->pool;
	replies_free(&replies);
	if (!found)
		return ERR_NONE;
	err = wait_lease_release(store, lease);
	if (err != ERR_NONE)
		return err;
	*full = found;
	return ERR_TOO_MANY_WAITING;
}

enum err wait_lease_release(struct store *store, const struct wait_lease *lease)
{
	redis_add(store, "ZREM %s %s", key_of_waits(lease->user.name).text, lease->command_id);
	redis_add(store, "ZREM %s %s", key_of_pool_waits(lease->pool.name).text, lease->command_id);
	return redis_run_only(store);
}
