/* Each node's history of points: kept newest first, served oldest first. */
#ifndef FCGI_STORE_HISTORY_H
#define FCGI_STORE_HISTORY_H

#include "common/buf.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/store.h"

#include <stddef.h>
#include <stdint.h>

/* Appends the node's newest `limit` points as a JSON array. ERR_UNKNOWN_NODE if there is no such node. */
enum err history_load(struct store *store, const char *node, int limit, struct buf *out,
		      size_t *count) MUST_CHECK;

/* Appends {node: [point, …]} for all these nodes. */
enum err history_load_all(struct store *store, const struct nodes *nodes, int limit,
			  struct buf *out) MUST_CHECK;

/* Forgets the node's points, or everyone's if it is NULL, tells the relays, and counts what was forgotten. */
enum err history_clear(struct store *store, const char *node, int64_t *cleared) MUST_CHECK;

#endif
