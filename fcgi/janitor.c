/*
 * The clean-up: every few seconds, workers that have been silent for as long as the settings allow, thirty
 * days as a rule, are forgotten. Until then they are missing (common/node.h) and nothing of them is deleted.
 * It also keeps the time of the API's start and of the last clean-up in the cluster's stats.
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

/*
 * One round. The start of this API replaces the start that is stored when `first` is set; later rounds only
 * put it back if it was lost.
 */
static enum err clean_up(struct store *store, const struct janitor_options *options, bool first)
{
	int64_t now_ms = clock_now_ms();
	size_t removed = 0;
	enum err err = stats_started(store, options->started_at_ms, first);

	if (err != ERR_NONE)
		return err;
	err = nodes_remove_silent(store, now_ms - options->forget_after_s * 1000, &removed);
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
	bool first = true;
	sigset_t signals;

	/* SIGTERM waits until sigtimedwait takes it, so a round is never cut short. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	(void)sigprocmask(SIG_SETMASK, &signals, NULL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	do {
		bool done = clean_up(store, options, first) == ERR_NONE;

		if (done)
			first = false;
		pause = (struct timespec){.tv_sec = done ? EVERY_S : RETRY_S};
	} while (sigtimedwait(&signals, NULL, &pause) != SIGTERM);
	store_free(store);
}
