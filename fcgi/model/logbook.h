/* The cluster's log as it is asked for and fed, the same for REST and RPC. */
#ifndef FCGI_MODEL_LOGBOOK_H
#define FCGI_MODEL_LOGBOOK_H

#include "common/json.h"
#include "fcgi/http/context.h"

#include <stdint.h>

#define LOGBOOK_LIMIT_DEFAULT 100
#define LOGBOOK_LIMIT_MAX     1000
#define LOGBOOK_OFFSET_MAX    100000	       /* older entries are reached by `before` */
#define LOGBOOK_SEQ_MAX	      9007199254740991 /* what a number in JSON holds exactly */
#define LOGBOOK_BATCH_MAX     64	       /* bytes of a batch's id */

/*
 * A question as the user put it (docs/API.md, GET /api/logs). A text that was not given is NULL or "", a
 * bound on seq that was not given is 0. Numbers are in their ranges already; texts are checked here.
 */
struct logbook_question {
	const char *node_id, *level, *logger_name, *q, *since, *order;
	int64_t after, before, limit, offset;
};

/*
 * Appends the answer of GET /api/logs. ERR_INVALID names the part of the question that is wrong. A search
 * takes time, so only some may run at once, of one user and of all together; a search over either limit waits
 * two seconds for a slot and then fails with ERR_TOO_MANY_READS. On failure nothing is appended.
 */
enum err logbook_find(struct context *context, const char *user, const struct logbook_question *question,
		      struct buf *out, struct reason *why) MUST_CHECK;

/* Append the answers of GET /api/logs/sources and of the RPC method log_collector.get_stats. */
enum err logbook_sources(struct store *store, struct buf *out) MUST_CHECK;
enum err logbook_stats(struct store *store, struct buf *out) MUST_CHECK;

/*
 * Forgets the entries of `node`, or of all nodes if it is NULL, and appends the answer of POST
 * /api/logs/clear. ERR_INVALID, or ERR_UNKNOWN_NODE if no such node is known and none ever logged.
 */
enum err logbook_clear(struct store *store, const char *node, struct buf *out, struct reason *why) MUST_CHECK;

/* What a worker sends: entries, a JSON array, and the id by which a repeat is known; "" if there is none. */
struct logbook_batch {
	const char *id;
	const struct json *entries;
};

struct logbook_stored {
	int64_t added; /* 0 for a repeated batch */
	int64_t total; /* entries that are kept of the node now */
};

/*
 * Checks all entries before any is stored, then stores them. ERR_INVALID names the entry and the field, as in
 * "logs[3].level".
 */
enum err logbook_add(struct store *store, const char *node, const struct logbook_batch *batch,
		     struct logbook_stored *out, struct reason *why) MUST_CHECK;

/* The checking alone, for a report whose entries must be right before anything of it is stored. */
enum err logbook_check(const struct json *entries, struct reason *why) MUST_CHECK;

#endif
