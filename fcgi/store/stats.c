/* The hash `stats`. Its third field, total_updates, grows where reports are stored (reports.c). */
#include "fcgi/store/stats.h"

#include "common/keys.h"
#include "fcgi/store/redis.h"

enum err stats_serving(struct store *store, int64_t now_ms)
{
	int64_t started_ms, last_ms;
	struct replies replies;
	enum err err;

	redis_add(store, "HMGET %s started_at last_cleanup", KEY_STATS);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	started_ms = reply_number(replies.item[0]->element[0]);
	last_ms = reply_number(replies.item[0]->element[1]);
	replies_free(&replies);
	if (started_ms && now_ms - last_ms <= STATS_INTERRUPTION_MS)
		return ERR_NONE;
	redis_add(store, "HSET %s started_at %lld", KEY_STATS, (long long)now_ms);
	return redis_run_only(store);
}

enum err stats_cleaned_up(struct store *store, int64_t now_ms)
{
	redis_add(store, "HSET %s last_cleanup %lld", KEY_STATS, (long long)now_ms);
	return redis_run_only(store);
}
