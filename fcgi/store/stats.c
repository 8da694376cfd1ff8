/* The hash `stats`. Its third field, total_updates, grows where reports are stored (reports.c). */
#include "fcgi/store/stats.h"

#include "common/keys.h"
#include "fcgi/store/redis.h"

enum err stats_started(struct store *store, int64_t started_at_ms, bool replace)
{
	redis_add(store, replace ? "HSET %s started_at %lld" : "HSETNX %s started_at %lld", KEY_STATS,
		  (long long)started_at_ms);
	return redis_run_only(store);
}

enum err stats_cleaned_up(struct store *store, int64_t now_ms)
{
	redis_add(store, "HSET %s last_cleanup %lld", KEY_STATS, (long long)now_ms);
	return redis_run_only(store);
}
