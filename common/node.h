/*
 * A node's state as it is stored and served. The JSON begins with a head of four members in a fixed order:
 *
 *     {"status":"online","fresh_until":"2025-11-17T10:30:55.123Z","services_total":2,"services_running":1,"node_id":…
 *
 * The first two change as time goes by, and the counts are summed over the cluster; neither needs a parse
 * of the state, which may be large. `status` is stored as "online" or "offline". A node is "stale" when
 * its report is no longer fresh, which nobody writes: it follows from `fresh_until` whenever the state is
 * read.
 */
#ifndef COMMON_NODE_H
#define COMMON_NODE_H

#include "common/buf.h"
#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

enum node_status { NODE_ONLINE, NODE_STALE, NODE_OFFLINE };

/* "online", "stale" or "offline"; static storage. */
const char *node_status_name(enum node_status status);

struct node_head {
	bool offline;		/* its reporter has said goodbye */
	int64_t fresh_until_ms; /* stale after this */
	int services_total;
	int services_running;
};

/* The node's status as of `now_ms`. One that has said goodbye is offline, whatever the time. */
enum node_status node_status_at(const struct node_head *head, int64_t now_ms);

/*
 * Until when a report is fresh, in ms since 1970: 1.5 intervals and 10 s after it came (docs/API.md,
 * "status").
 */
int64_t node_fresh_until(int64_t reported_at_ms, int64_t interval_s);

/* Opens the state object and writes its head. The caller adds the other members and closes the object. */
void node_open(struct json_out *out, const struct node_head *head);

/*
 * Reads the head back. ERR_MALFORMED if the state does not begin as node_open writes it; *out is untouched
 * then.
 */
enum err node_head_read(const char *state, size_t len, struct node_head *out) MUST_CHECK;

/*
 * Appends the state with its status as of `now_ms`. Where `extra` is not NULL it is added at the end, as
 * one member or more in JSON (`"cluster_state":{…}`). A state that cannot be read is written as null, so
 * that one bad value in Redis does not take the whole cluster out of sight.
 */
void node_write(struct buf *out, const char *state, size_t len, const char *extra, int64_t now_ms);

#endif
