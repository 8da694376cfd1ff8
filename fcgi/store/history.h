/* Each node's history of points: kept newest first, served oldest first. */
#ifndef FCGI_STORE_HISTORY_H
#define FCGI_STORE_HISTORY_H

#include "common/buf.h"
#include "fcgi/store/nodes.h"
#include "fcgi/store/store.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Appends the node's newest `limit` points as a JSON array, oldest first; *count is their number.
 * ERR_UNKNOWN_NODE if there is no such node; the coordinator is one even before its first report.
 */
enum err history_load(struct store *store, const char *node, int limit, struct buf *out,
		      size_t *count) MUST_CHECK;

/* Appends {node: [point, …]} for these nodes, `limit` points of each. On failure `out` holds a part of it. */
enum err history_load_all(struct store *store, const struct node_list *nodes, int limit,
			  struct buf *out) MUST_CHECK;

/*
 * Forgets the points of the node, or of all nodes if it is NULL, and tells the relays. *cleared is how many
 * points these were.
 */
enum err history_clear(struct store *store, const char *node, int64_t *cleared) MUST_CHECK;

#endif
