/*
 * The clean-up: every few seconds, workers that have been silent for as long as the settings allow, thirty
 * days as a rule, are forgotten. Until then they are missing (common/node.h) and nothing of them is deleted.
 * It also keeps in the cluster's stats since when the coordinator serves, and when the last clean-up was.
 *
 * It is a process of its own in the pool, so that it is started again when it dies, and no request waits for
 * it. Several APIs on one Redis each have a janitor: removing a node is one step in the store, so two
 * janitors that come at the same time remove it once.
 */
#include "fcgi/janitor.h"

#include "common/clock.h"
#include "common/log.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/stats.h"

#include <signal.h>
#include <stdbool.h>
#include <time.h>

#define EVERY_S 5
#define RETRY_S 1 /* while Redis is away, at the start for instance */

static enum err clean_up(struct store *store, int64_t forget_after_s)
{
	int64_t now_ms = clock_now_ms();
	size_t removed = 0;
	enum err err = stats_serving(store, now_ms);

	if (err != ERR_NONE)
		return err;
	err = nodes_remove_silent(store, now_ms - forget_after_s * 1000, &removed);
	/* Some may have been removed before Redis went away. */
	if (removed)
		log_info("janitor", "forgot workers that were silent for too long count=%zu", removed);
	if (err != ERR_NONE)
		return err;
	return stats_cleaned_up(store, now_ms);
}

void janitor_run(const struct janitor_options *options)
{
	struct store *store = store_open(options->redis, options->tls);
	struct timespec pause;
	sigset_t signals;

	/* SIGTERM waits until sigtimedwait takes it, so a round is never cut short. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	(void)sigprocmask(SIG_SETMASK, &signals, NULL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	do {
		bool done = clean_up(store, options->forget_after_s) == ERR_NONE;

		pause = (struct timespec){.tv_sec = done ? EVERY_S : RETRY_S};
	} while (sigtimedwait(&signals, NULL, &pause) != SIGTERM);
	store_free(store);
}
