/* The cluster's log as it is asked for and fed, the same for REST and RPC. */
#ifndef FCGI_MODEL_LOGBOOK_H
#define FCGI_MODEL_LOGBOOK_H

#include "common/json.h"
#include "fcgi/http/context.h"

#include <stdint.h>

#define LOGBOOK_LIMIT_DEFAULT 100
#define LOGBOOK_LIMIT_MAX     1000
#define LOGBOOK_OFFSET_MAX    100000	       /* what is further back is read by `before` */
#define LOGBOOK_SEQ_MAX	      9007199254740991 /* what a number in JSON holds exactly */
#define LOGBOOK_BATCH_MAX     64	       /* bytes of a batch's id */

/* What is asked for; texts are NULL, and the bounds on seq 0, where nothing is asked. */
struct logbook_question {
	const char *node_id, *level, *logger_name, *q, *since, *order;
	int64_t after, before, limit, offset;
};

/*
 * Appends the answer of GET /api/logs. Searching takes time, so `user` and all together may do it only so
 * often at once: ERR_TOO_MANY_READS.
 */
enum err logbook_find(struct context *context, const char *user, const struct logbook_question *question,
		      struct buf *out, struct reason *why) MUST_CHECK;

/* Append the answers of GET /api/logs/sources, POST /api/logs/clear, log_collector.get_stats. */
enum err logbook_sources(struct store *store, struct buf *out) MUST_CHECK;
enum err logbook_clear(struct store *store, const char *node, struct buf *out, struct reason *why) MUST_CHECK;
enum err logbook_stats(struct store *store, struct buf *out) MUST_CHECK;

/*
 * Checks a worker's entries, a JSON array, all of them before any is stored, and stores them. `batch` is ""
 * for entries that cannot be told from a repeat.
 */
enum err logbook_add(struct store *store, const char *node, const char *batch, const struct json *logs,
		     int64_t *added, int64_t *total, struct reason *why) MUST_CHECK;

/* The checking alone. */
enum err logbook_check(const struct json *logs, struct reason *why) MUST_CHECK;

#endif
