/*
 * Keeps count of what has been told of the log. Knows neither who is told nor where entries come from.
 *
 * Entries of a load are kept apart until its end, so that a load that fails leaves no trace. At its end they
 * either join what is known, or replace it: a ring with a hole in it could not say from where on it is
 * complete.
 */
#include "feed/log_tail.h"

void log_tail_free(struct log_tail *tail)
{
	log_ring_free(&tail->ring);
	log_ring_free(&tail->loaded);
	sources_free(&tail->sources);
	*tail = (struct log_tail){0};
}

void log_tail_add(struct log_tail *tail, const char *node, const char *json, size_t len)
{
	const struct log_entry *entry = log_ring_insert(&tail->ring, node, json, len);

	if (entry)
		sources_add_entry(&tail->sources, entry);
}

struct log_entry *const *log_tail_untold(struct log_tail *tail, size_t *count)
{
	struct log_entry *const *entries = log_ring_after(&tail->ring, tail->last_seq, count);

	if (*count)
		tail->last_seq = entries[*count - 1]->seq;
	return entries;
}

void log_tail_clear(struct log_tail *tail, const char *node)
{
	log_ring_clear(&tail->ring, node);
	if (node)
		(void)map_remove(&tail->sources.nodes, node);
	else
		sources_free(&tail->sources);
}

/* --- the load ----------------------------------------------------------------------------------------- */

void log_tail_load_begin(struct log_tail *tail)
{
	sources_free(&tail->sources);
	log_ring_free(&tail->loaded);
	tail->loaded_seq = 0;
}

void log_tail_load(struct log_tail *tail, struct log_ring *entries, int64_t last_seq)
{
	log_ring_free(&tail->loaded);
	tail->loaded = *entries;
	*entries = (struct log_ring){0};
	tail->loaded_seq = last_seq;
}

enum log_join log_tail_load_end(struct log_tail *tail, int64_t *after, int64_t *before)
{
	struct log_ring *ring = &tail->ring, *loaded = &tail->loaded;
	enum log_join join = LOG_JOINS;
	struct log_entry *const *entries;
	size_t count;

	if (tail->loaded_seq < tail->last_seq)
		join = LOG_RESTARTED;
	else if (loaded->complete_from > tail->last_seq + 1)
		join = LOG_HAS_GAP;
	if (join == LOG_JOINS) {
		entries = log_ring_after(loaded, 0, &count);
		for (size_t i = 0; i < count; i++)
			log_ring_insert(ring, entries[i]->node, entries[i]->json, entries[i]->len);
		log_ring_free(loaded);
		return join;
	}
	*after = tail->last_seq;
	*before = loaded->complete_from;
	log_ring_free(ring);
	*ring = *loaded;
	*loaded = (struct log_ring){0};
	if (join == LOG_RESTARTED)
		tail->last_seq = 0;
	return join;
}

void log_tail_settle(struct log_tail *tail)
{
	if (tail->last_seq < tail->loaded_seq)
		tail->last_seq = tail->loaded_seq;
}
