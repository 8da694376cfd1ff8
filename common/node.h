/*
 * A node's state as it is stored and served, and what follows from it as time goes by. The JSON begins with a
 * head of members in a fixed order:
 *
 *     {"status":"online","fresh_until":"2025-11-17T10:30:30.000Z","services_total":2,"services_running":1,
 *      "node_id":"worker-001","timestamp":"2025-11-17T10:30:00.000Z",…
 *
 * So nobody parses a state, which may be large, to learn a status or to sum the services of the cluster.
 * `status` is stored as "online" or "offline". "stale" is never stored: it follows from the head and from
 * when the node was last heard, which may be later than its report, whenever the state is read.
 */
#ifndef COMMON_NODE_H
#define COMMON_NODE_H

#include "common/buf.h"
#include "common/json.h"
#include "common/span.h"

#include <stdbool.h>
#include <stdint.h>

enum node_status { NODE_ONLINE, NODE_STALE, NODE_OFFLINE };

/* "online", "stale" or "offline"; static storage. */
const char *node_status_name(enum node_status status);

struct node_head {
	bool offline;		/* its reporter has said goodbye */
	int64_t fresh_until_ms; /* stale after this if nothing is heard behind the report */
	int services_total;
	int services_running;
	int64_t reported_at_ms; /* 0: the state does not tell it */
};

/* What is known of a node beside its report, because it changes while the stored state stays as it is. */
struct node_presence {
	int64_t heard_ms;	/* when anything was last heard of it (report, lines, beat); 0: its report */
	int64_t stream_lost_ms; /* when its command stream ended and did not come back; 0: it did not */
};

/* Until when the node counts as online if nothing is heard of it any more, in ms since 1970. */
int64_t node_fresh_until(const struct node_head *head, const struct node_presence *presence);

/* When the node was last heard, in ms since 1970; 0 if nobody knows. */
int64_t node_heard_at(const struct node_head *head, const struct node_presence *presence);

/* Whether its stream of commands ended without a goodbye and nothing was heard of it since. */
bool node_is_lost(const struct node_head *head, const struct node_presence *presence);

/* The node's status as of `now_ms`. A node that has said goodbye is offline, whatever the time; one that is
 * lost is stale. */
enum node_status node_status_at(const struct node_head *head, const struct node_presence *presence,
				int64_t now_ms);

/* Since when the node counts as missing: LIMIT_SILENCE_S after it was last heard, but not before it is stale
 * (a cron worker may come once an hour). A node of which nobody knows when it was heard is never missing. */
int64_t node_missing_since(const struct node_head *head, const struct node_presence *presence);
bool node_is_missing(const struct node_head *head, const struct node_presence *presence, int64_t now_ms);

/* When a report is overdue, in ms since 1970: 1.5 intervals and 10 s after the one before. */
int64_t node_overdue_at(int64_t reported_at_ms, int64_t interval_s);

/* Opens the state object of `node` and writes its head. The caller adds the other members and closes the
 * object. */
void node_open(struct json_out *out, const char *node, const struct node_head *head);

/*
 * Reads the head back. ERR_MALFORMED if the state does not begin as node_open writes it; *out is untouched
 * then.
 */
enum err node_head_read(const char *state, size_t len, struct node_head *out) MUST_CHECK;

/*
 * Appends the state as it is served at `now_ms`: with its status, `fresh_until` and `last_heard`, and with
 * `stream_lost` while the node is lost. Where `extra` is not NULL it is added at the end, as one member or
 * more in JSON (`"cluster_state":{…}`). A state that cannot be read is written as null, so that one bad value
 * in Redis does not take the whole cluster out of sight.
 */
void node_write(struct buf *out, struct span state, const struct node_presence *presence, const char *extra,
		int64_t now_ms);

/*
 * Appends a summary (docs/architecture/redis.md) as it is served at `now_ms`: an object that begins with
 * `status`, `last_heard` and `stream_lost` (null unless the node is lost), and whose `fresh_until` is that of
 * now. A summary that is no object is written as an empty one behind these.
 */
void node_write_summary(struct buf *out, struct span summary, const struct node_head *head,
			const struct node_presence *presence, int64_t now_ms);

#endif
