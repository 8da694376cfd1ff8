/*
 * A hash map from text to pointers. It copies its keys and does not own its values. A zeroed struct is an
 * empty map. The hash has no secret: somebody who may choose many keys can choose colliding ones, so
 * callers bound the number of keys from outside.
 */
#ifndef COMMON_MAP_H
#define COMMON_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map_slot {
	char *key; /* NULL: free */
	size_t hash;
	void *value;
};

struct map {
	struct map_slot *slots;
	size_t capacity; /* a power of two, or 0 */
	size_t count;
};

void map_free(struct map *map); /* leaves an empty map */

void *map_get(const struct map *map, const char *key);	     /* NULL if there is none */
void map_put(struct map *map, const char *key, void *value); /* adds or replaces; `value` is not NULL */
void *map_remove(struct map *map, const char *key);	     /* the value it had, or NULL */

/*
 * Steps through all pairs, in no order: begin with *cursor = 0 and go on until it returns false. Nothing
 * may be added or removed meanwhile.
 */
bool map_next(const struct map *map, size_t *cursor, const char **key, void **value);

#endif
