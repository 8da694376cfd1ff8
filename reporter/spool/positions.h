/*
 * Where each log source would go on reading, as a text under a key of the source's choice. Lives in memory
 * only: the spool writes the positions down, and reads them back after a restart.
 */
#ifndef REPORTER_SPOOL_POSITIONS_H
#define REPORTER_SPOOL_POSITIONS_H

#include <stdbool.h>
#include <stddef.h>

struct position {
	char *key;
	char *text; /* NULL: the key was forgotten, and the row stays until the spool has written that down */
	bool dirty; /* changed since the spool wrote it down last */
};

/* A zeroed struct is empty. */
struct positions {
	struct position *items;
	size_t count;
	size_t last; /* the row that was found last: a source's lines come in a row */
};

/* Frees what it holds and leaves it empty. */
void positions_free(struct positions *positions);

/* The text under `key`, valid until the key is set again; NULL if there is none. */
const char *positions_get(struct positions *positions, const char *key);

/*
 * Replaces the key's text by a copy of `text`, which must not be what positions_get returned; NULL forgets
 * the key. `dirty` is false where the position is on disk already, or is about to be written beside its
 * entry.
 */
void positions_set(struct positions *positions, const char *key, const char *text, bool dirty);

/* Everything is written down now: nothing is dirty any more, and forgotten keys lose their rows. */
void positions_clean(struct positions *positions);

#endif
