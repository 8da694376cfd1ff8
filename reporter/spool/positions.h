/* Where each log source would go on reading, by key. Pure memory: the spool makes it last. */
#ifndef REPORTER_SPOOL_POSITIONS_H
#define REPORTER_SPOOL_POSITIONS_H

#include <stdbool.h>
#include <stddef.h>

struct position {
	char *key;
	char *text; /* NULL: forgotten, until that is written down */
	bool dirty; /* not written down yet */
};

/* A zeroed struct is empty. */
struct positions {
	struct position *items;
	size_t count;
	size_t last; /* found last: lines of one source come in a row */
};

void positions_free(struct positions *positions);

/* NULL if there is none. */
const char *positions_get(struct positions *positions, const char *key);

/* Replaces the text (copied); NULL forgets the key. `dirty` as above. */
void positions_set(struct positions *positions, const char *key, const char *text, bool dirty);

/* Everything is written down: forgotten keys go for good. */
void positions_clean(struct positions *positions);

#endif
