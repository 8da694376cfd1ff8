/*
 * A node's state as it is stored and served. The JSON begins with a head of fixed order, so that the two
 * values that change as time goes by or that are summed over the cluster need no parse:
 *
 *     {"status":"online","fresh_until":"2025-11-17T10:30:55.123Z","services_total":2,"services_running":1,"node_id":…
 *
 * `status` is stored as "online" or "offline"; "stale" follows from `fresh_until` when it is read.
 */
#ifndef COMMON_NODE_H
#define COMMON_NODE_H

#include "common/buf.h"
#include "common/json.h"

#include <stdbool.h>
#include <stdint.h>

enum node_status { NODE_ONLINE, NODE_STALE, NODE_OFFLINE };

const char *node_status_name(enum node_status status);

struct node_head {
	bool offline;		/* its reporter has said goodbye */
	int64_t fresh_until_ms; /* stale after this */
	int services_total;
	int services_running;
};

enum node_status node_status_at(const struct node_head *head, int64_t now_ms);

/* How long a report stays fresh: 1.5 x its interval + 10 s (contract, "status"). */
int64_t node_fresh_until(int64_t reported_at_ms, int64_t interval_s);

/* Opens the state object with its head; the caller adds the other members and closes it. */
void node_open(struct json_out *out, const struct node_head *head);

/* Reads the head back. ERR_MALFORMED if the state was not made by node_open. */
enum err node_head_read(const char *state, size_t len, struct node_head *out) MUST_CHECK;

/* Appends the state with its status as of `now_ms` and, where `extra` is not NULL, that JSON member text
 * (`"cluster_state":{…}`) added. */
void node_write(struct buf *out, const char *state, size_t len, const char *extra, int64_t now_ms);

#endif
