/* A short list of keys and texts: a worker follows a few files, not thousands. */
#include "reporter/spool/positions.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

static struct position *find(struct positions *positions, const char *key)
{
	if (positions->last < positions->count && strcmp(positions->items[positions->last].key, key) == 0)
		return &positions->items[positions->last];
	for (size_t i = 0; i < positions->count; i++) {
		if (strcmp(positions->items[i].key, key) == 0) {
			positions->last = i;
			return &positions->items[i];
		}
	}
	return NULL;
}

static void clear(struct position *position)
{
	free(position->key);
	free(position->text);
}

void positions_free(struct positions *positions)
{
	for (size_t i = 0; i < positions->count; i++)
		clear(&positions->items[i]);
	free(positions->items);
	*positions = (struct positions){0};
}

const char *positions_get(struct positions *positions, const char *key)
{
	const struct position *position = find(positions, key);

	return position ? position->text : NULL;
}

void positions_set(struct positions *positions, const char *key, const char *text, bool dirty)
{
	struct position *position = find(positions, key);
	size_t len = text ? strlen(text) + 1 : 0;

	if (!position) {
		positions->items =
			mem_resize(positions->items, positions->count + 1, sizeof(*positions->items));
		position = &positions->items[positions->count++];
		*position = (struct position){.key = mem_text(key)};
	}
	if (text) {
		position->text = mem_resize(position->text, len, 1);
		memmove(position->text, text, len);
	} else {
		free(position->text);
		position->text = NULL;
	}
	position->dirty = dirty;
}

void positions_clean(struct positions *positions)
{
	size_t kept = 0;

	for (size_t i = 0; i < positions->count; i++) {
		if (!positions->items[i].text) {
			clear(&positions->items[i]);
			continue;
		}
		positions->items[kept] = positions->items[i];
		positions->items[kept++].dirty = false;
	}
	positions->count = kept;
}
