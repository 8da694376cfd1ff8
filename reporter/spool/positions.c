/*
 * A list that is searched from its start. A worker follows a few files, not thousands, and a look at the row
 * that was found last answers nearly every question.
 */
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

void positions_free(struct positions *positions)
{
	for (size_t i = 0; i < positions->count; i++) {
		free(positions->items[i].key);
		free(positions->items[i].text);
	}
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

	if (!position) {
		positions->items =
			mem_resize(positions->items, positions->count + 1, sizeof(*positions->items));
		position = &positions->items[positions->count++];
		*position = (struct position){.key = mem_text(key)};
	}
	position->dirty = dirty;
	if (!text) {
		free(position->text);
		position->text = NULL;
	} else {
		size_t size = strlen(text) + 1;

		position->text = mem_resize(position->text, size, 1);
		memcpy(position->text, text, size);
	}
}

void positions_clean(struct positions *positions)
{
	size_t kept = 0;

	for (size_t i = 0; i < positions->count; i++) {
		struct position position = positions->items[i];

		if (!position.text) {
			free(position.key);
			continue;
		}
		position.dirty = false;
		positions->items[kept++] = position;
	}
	positions->count = kept;
}
