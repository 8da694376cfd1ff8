/*
 * The relay's messages (docs/PROTOCOL.md, "WebSocket") from what is known. Each function returns a new frame
 * with one reference.
 */
#ifndef RELAY_COMPOSE_H
#define RELAY_COMPOSE_H

#include "common/cluster.h"
#include "common/entry.h"
#include "relay/frame.h"
#include "relay/log_ring.h"
#include "relay/nodes.h"
#include "relay/sources.h"

#define COMPOSE_INITIAL_LOGS 100 /* entries in `initial` */

/* What is known of the cluster, but for its log. */
struct known {
	struct nodes nodes;
	struct cluster_totals totals;
};

/* --- default protocol --------------------------------------------------------------------------------- */

/* Of the entries, by seq, the newest COMPOSE_INITIAL_LOGS go in. */
struct frame *compose_initial(const struct known *known, struct log_entry *const *entries, size_t count,
			      const struct sources *sources, int64_t now_ms);
struct frame *compose_update(const struct known *known, int64_t now_ms);

/* --- delta protocol ----------------------------------------------------------------------------------- */

struct frame *compose_snapshot(const struct known *known, int64_t seq, int64_t now_ms);

/* What delta clients do not know yet, after which they do: every node is settled afterwards. `removed` is a
 * list of JSON texts separated by commas. */
struct frame *compose_delta(struct known *known, const char *removed, int64_t seq, int64_t now_ms);

/* A node whole, with its history and certificates; `node` NULL: it is not known. */
struct frame *compose_node(const char *id, const struct node *node, int64_t now_ms);

/* A node's next report; without a point, its changed status. */
struct frame *compose_node_report(const struct node *node, const struct report *report, int64_t now_ms);

/* Whether the relay has lost its database. */
struct frame *compose_database(bool away);

/* --- both --------------------------------------------------------------------------------------------- */

/* The entries that pass the filter (NULL: all), as one message; NULL if there are none. */
struct frame *compose_logs(struct log_entry *const *entries, size_t count, const struct entry_filter *filter,
			   int64_t now_ms);

/* Entries between these two seqs may be missing. */
struct frame *compose_gap(int64_t after, int64_t before);

struct frame *compose_error(enum err err, const struct reason *why);
struct frame *compose_printf(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
