/*
 * Batches of log lines.
 *
 * A thousand workers that log at once would make thousands of small messages, each of which costs every
 * browser a write. Holding all lines back for a while would make a single line late, which people see. So the
 * batcher lets the first line through at once, and gathers only what comes within the few milliseconds after
 * it.
 *
 * Nothing is copied meanwhile: the feed keeps the newest lines in any case, and `told_seq` says which of them
 * have gone out. So the lines of a batch must go out before the feed lets go of them: a batch ends early when
 * there are LINES_A_BATCH of them, and before a log is cleared. A client that comes in the middle of a batch
 * is told what has gone out so far, and then gets the batch like everyone else.
 */
#include "relay/log_feed.h"

#include "common/mem.h"

#include <stdlib.h>

#define LINES_A_BATCH 500 /* well below LOG_RING_ENTRIES */

/* Sends what has come since the last batch. */
static void flush(void *context)
{
	struct log_feed *lines = context;
	struct log_entry *const *entries;
	size_t count;

	lines->untold = 0;
	entries = log_ring_after(&lines->known->log.ring, lines->told_seq, &count);
	if (!count)
		return;
	for (const struct log_consumer *at = lines->consumers; at; at = at->next)
		at->batch(at->context, entries, count);
	lines->told_seq = entries[count - 1]->seq;
	lines->version++;
}

/* --- what the feed tells ------------------------------------------------------------------------------ */

static void on_lines(void *context, struct log_entry *const *entries, size_t count)
{
	struct log_feed *lines = context;

	(void)entries;
	lines->untold += count;
	if (lines->untold >= LINES_A_BATCH)
		flush(lines);
	else
		batcher_touch(&lines->batcher);
}

/* The sync is done. Entries that Redis no longer has will never come, so what is told goes on behind them. */
static void on_phase(void *context, enum feed_phase phase)
{
	struct log_feed *lines = context;

	if (phase != FEED_FOLLOWING)
		return;
	flush(lines);
	lines->told_seq = lines->known->log.last_seq;
	lines->version++;
}

/* Redis began anew, and `seq` counts from the start again: the last `seq` told is one of the old count. */
static void on_log_restarted(void *context, int64_t complete_from)
{
	struct log_feed *lines = context;

	(void)complete_from;
	lines->told_seq = 0;
}

/* The feed is about to let go of lines that may be in an open batch. */
static void on_log_cleared(void *context, const char *node)
{
	struct log_feed *lines = context;

	(void)node;
	flush(lines);
	lines->version++;
}

static const struct feed_events EVENTS = {.phase = on_phase,
					  .lines = on_lines,
					  .log_restarted = on_log_restarted,
					  .log_cleared = on_log_cleared};

/* --- for clients -------------------------------------------------------------------------------------- */

struct log_entry *const *log_feed_after(const struct log_feed *lines, int64_t seq, size_t *count)
{
	struct log_entry *const *entries = log_ring_after(&lines->known->log.ring, seq, count);

	while (*count && entries[*count - 1]->seq > lines->told_seq)
		--*count;
	return entries;
}

void log_feed_add(struct log_feed *lines, struct log_consumer *consumer)
{
	consumer->next = lines->consumers;
	lines->consumers = consumer;
}

struct log_feed *log_feed_new(struct ev_loop *loop, struct known *known)
{
	struct log_feed *lines = mem_alloc(1, sizeof(*lines));

	lines->known = known;
	batcher_init(&lines->batcher, loop, LOG_FEED_BATCH_MS, flush, lines);
	known_listen(known, &EVENTS, lines);
	return lines;
}

void log_feed_free(struct log_feed *lines)
{
	if (!lines)
		return;
	batcher_stop(&lines->batcher);
	free(lines);
}
