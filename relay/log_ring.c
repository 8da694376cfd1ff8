/* A window on the log's end. Entries stay JSON; nothing here looks into them but for `seq`. */
#include "relay/log_ring.h"

#include "common/entry.h"
#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct log_entry *at(const struct log_ring *recent, size_t index)
{
	return recent->list[recent->first + index];
}

void log_ring_free(struct log_ring *recent)
{
	for (size_t i = 0; i < recent->count; i++)
		free(at(recent, i));
	free(recent->list);
	*recent = (struct log_ring){0};
}

/* The index of the first entry with a larger seq. */
static size_t index_after(const struct log_ring *recent, int64_t seq)
{
	size_t low = 0, high = recent->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (at(recent, middle)->seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void drop_oldest(struct log_ring *recent)
{
	struct log_entry *oldest = at(recent, 0);

	recent->complete_from = oldest->seq + 1;
	recent->bytes -= oldest->len;
	recent->first++;
	recent->count--;
	free(oldest);
}

/* Room for one more at the end: the list slides to its front before it grows. */
static void make_room(struct log_ring *recent)
{
	if (recent->first + recent->count < recent->capacity)
		return;
	if (recent->first < recent->capacity / 2 || recent->capacity == 0) {
		recent->capacity = recent->capacity ? recent->capacity * 2 : 256;
		recent->list = mem_resize(recent->list, recent->capacity, sizeof(struct log_entry *));
	} else {
		memmove(recent->list, recent->list + recent->first,
			recent->count * sizeof(struct log_entry *));
		recent->first = 0;
	}
}

const struct log_entry *log_ring_insert(struct log_ring *recent, const char *node, const char *json,
					size_t len)
{
	int64_t seq = entry_seq(json, len);
	size_t index = index_after(recent, seq);
	struct log_entry *entry, **place;

	if (seq <= 0 || seq < recent->complete_from || !id_is_node(node) ||
	    (index > 0 && at(recent, index - 1)->seq == seq))
		return NULL;
	entry = mem_alloc(1, sizeof(*entry) + len + 1);
	entry->seq = seq;
	entry->len = len;
	memcpy(entry->node, node, strlen(node) + 1);
	memcpy(entry->json, json, len);
	make_room(recent);
	place = recent->list + recent->first + index;
	memmove(place + 1, place, (recent->count - index) * sizeof(struct log_entry *));
	*place = entry;
	recent->count++;
	recent->bytes += len;
	while (recent->count > LOG_RING_ENTRIES || (recent->bytes > LOG_RING_BYTES && recent->count > 1))
		drop_oldest(recent);
	return at(recent, 0)->seq <= seq ? entry : NULL;
}

void log_ring_clear(struct log_ring *recent, const char *node)
{
	struct log_entry **list = recent->list ? recent->list + recent->first : NULL;
	size_t kept = 0;

	assert(list || recent->count == 0);
	for (size_t i = 0; i < recent->count; i++) {
		if (node && strcmp(list[i]->node, node) != 0) {
			list[kept++] = list[i];
		} else {
			recent->bytes -= list[i]->len;
			free(list[i]);
		}
	}
	recent->count = kept;
}

struct log_entry *const *log_ring_after(const struct log_ring *recent, int64_t seq, size_t *count)
{
	size_t index = index_after(recent, seq);

	*count = recent->count - index;
	return *count ? recent->list + recent->first + index : NULL;
}
