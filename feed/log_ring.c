/*
 * An array that slides: entries mostly come in order, at the end, and go at the front, so both are cheap.
 * Entries stay JSON; nothing here looks into them but for `seq`.
 */
#include "feed/log_ring.h"

#include "common/entry.h"
#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct log_entry *at(const struct log_ring *ring, size_t index)
{
	return ring->list[ring->first + index];
}

void log_ring_free(struct log_ring *ring)
{
	for (size_t i = 0; i < ring->count; i++)
		free(at(ring, i));
	free(ring->list);
	*ring = (struct log_ring){0};
}

/* The index of the first entry with a larger seq. */
static size_t index_after(const struct log_ring *ring, int64_t seq)
{
	size_t low = 0, high = ring->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (at(ring, middle)->seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Makes room for one more entry at the end: the list slides to its front before it grows. */
static void make_room(struct log_ring *ring)
{
	if (ring->first + ring->count < ring->capacity)
		return;
	if (ring->first < ring->capacity / 2 || ring->capacity == 0) {
		ring->capacity = ring->capacity ? ring->capacity * 2 : 256;
		ring->list = mem_resize(ring->list, ring->capacity, sizeof(struct log_entry *));
	} else {
		memmove(ring->list, ring->list + ring->first, ring->count * sizeof(struct log_entry *));
		ring->first = 0;
	}
}

static void drop_oldest(struct log_ring *ring)
{
	struct log_entry *oldest = at(ring, 0);

	ring->complete_from = oldest->seq + 1;
	ring->bytes -= oldest->len;
	ring->first++;
	ring->count--;
	free(oldest);
}

const struct log_entry *log_ring_insert(struct log_ring *ring, const char *node, const char *json, size_t len)
{
	int64_t seq = entry_seq(json, len);
	size_t index = index_after(ring, seq);
	struct log_entry *entry, **place;

	if (seq <= 0 || seq < ring->complete_from || !id_is_node(node) ||
	    (index > 0 && at(ring, index - 1)->seq == seq))
		return NULL;
	entry = mem_alloc(1, sizeof(*entry) + len + 1);
	entry->seq = seq;
	entry->len = len;
	memcpy(entry->node, node, strlen(node) + 1);
	memcpy(entry->json, json, len);
	make_room(ring);
	place = ring->list + ring->first + index;
	memmove(place + 1, place, (ring->count - index) * sizeof(struct log_entry *));
	*place = entry;
	ring->count++;
	ring->bytes += len;
	while (ring->count > LOG_RING_ENTRIES || (ring->bytes > LOG_RING_BYTES && ring->count > 1))
		drop_oldest(ring);
	return at(ring, 0)->seq <= seq ? entry : NULL;
}

void log_ring_clear(struct log_ring *ring, const char *node)
{
	struct log_entry **list = ring->list ? ring->list + ring->first : NULL;
	size_t kept = 0;

	assert(list || ring->count == 0);
	for (size_t i = 0; i < ring->count; i++) {
		if (node && strcmp(list[i]->node, node) != 0) {
			list[kept++] = list[i];
		} else {
			ring->bytes -= list[i]->len;
			free(list[i]);
		}
	}
	ring->count = kept;
}

struct log_entry *const *log_ring_after(const struct log_ring *ring, int64_t seq, size_t *count)
{
	size_t index = index_after(ring, seq);

	*count = ring->count - index;
	return *count ? ring->list + ring->first + index : NULL;
}
