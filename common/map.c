/*
 * Open addressing with linear probing, filled to three quarters at most, so a search always meets a free
 * slot. A removal moves the pairs behind the hole back, so there are no tombstones and no rehash to get
 * rid of them.
 */
#include "common/map.h"

#include "common/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 8

/* FNV-1a with 64 bits, its halves folded since only the low bits choose the slot. */
static size_t hash_of(const char *key)
{
	uint64_t hash = 14695981039346656037u;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 1099511628211u;
	return (size_t)(hash ^ hash >> 32);
}

/* The slot that holds `key`, or the free one where it would go. */
static size_t slot_of(const struct map *map, const char *key, size_t hash)
{
	size_t at = hash & (map->capacity - 1);

	while (map->slots[at].key && (map->slots[at].hash != hash || strcmp(map->slots[at].key, key) != 0))
		at = (at + 1) & (map->capacity - 1);
	return at;
}

static void grow(struct map *map)
{
	struct map bigger = {.capacity = map->capacity ? map->capacity * 2 : CAPACITY_MIN,
			     .count = map->count};

	bigger.slots = mem_alloc(bigger.capacity, sizeof(*bigger.slots));
	for (size_t i = 0; i < map->capacity; i++)
		if (map->slots[i].key)
			bigger.slots[slot_of(&bigger, map->slots[i].key, map->slots[i].hash)] = map->slots[i];
	free(map->slots);
	*map = bigger;
}

void map_free(struct map *map)
{
	for (size_t i = 0; i < map->capacity; i++)
		free(map->slots[i].key);
	free(map->slots);
	*map = (struct map){0};
}

void *map_get(const struct map *map, const char *key)
{
	return map->count ? map->slots[slot_of(map, key, hash_of(key))].value : NULL;
}

void map_put(struct map *map, const char *key, void *value)
{
	size_t hash = hash_of(key), at;

	assert(value);
	if ((map->count + 1) * 4 > map->capacity * 3)
		grow(map);
	at = slot_of(map, key, hash);
	if (!map->slots[at].key) {
		map->slots[at].key = mem_text(key);
		map->slots[at].hash = hash;
		map->count++;
	}
	map->slots[at].value = value;
}

void *map_remove(struct map *map, const char *key)
{
	size_t mask = map->capacity - 1, hole, at;
	void *value;

	if (!map->count)
		return NULL;
	hole = slot_of(map, key, hash_of(key));
	value = map->slots[hole].value;
	if (!value)
		return NULL;
	free(map->slots[hole].key);
	map->count--;
	/* A pair moves into the hole if its search, which begins where it belongs, would meet the hole first.
	 */
	for (at = (hole + 1) & mask; map->slots[at].key; at = (at + 1) & mask) {
		size_t home = map->slots[at].hash & mask;

		if (((at - home) & mask) >= ((at - hole) & mask)) {
			map->slots[hole] = map->slots[at];
			hole = at;
		}
	}
	map->slots[hole] = (struct map_slot){0};
	return value;
}

bool map_next(const struct map *map, size_t *cursor, const char **key, void **value)
{
	while (*cursor < map->capacity) {
		const struct map_slot *slot = &map->slots[(*cursor)++];

		if (slot->key) {
			*key = slot->key;
			*value = slot->value;
			return true;
		}
	}
	return false;
}
