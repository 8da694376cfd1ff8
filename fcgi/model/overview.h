/* What the dashboard shows, written once for REST and RPC alike. Each appends one JSON value. */
#ifndef FCGI_MODEL_OVERVIEW_H
#define FCGI_MODEL_OVERVIEW_H

#include "common/buf.h"
#include "common/json.h"
#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define OVERVIEW_HISTORY_DEFAULT 50

enum err overview_metrics(struct store *store, struct buf *out) MUST_CHECK;
enum err overview_stats(struct store *store, struct buf *out) MUST_CHECK;
enum err overview_history(struct store *store, const char *node, int limit, struct buf *out,
			  struct reason *why) MUST_CHECK;
enum err overview_full_data(struct store *store, struct buf *out) MUST_CHECK;
enum err overview_certificates(struct store *store, struct buf *out) MUST_CHECK;

/* The services of `node`, or everyone's if it is NULL, and what was done last to them. */
enum err overview_services(struct store *store, const char *node, struct buf *out) MUST_CHECK;

/* Which node a request to clear something means: its `node_id`, NULL for all. Any other member is
 * ERR_INVALID: one that is mistyped would mean all. */
enum err overview_read_target(const struct json *body, const char **node, struct reason *why) MUST_CHECK;

/* Forgets the history of `node`, or everyone's if it is NULL. ERR_UNKNOWN_NODE with a sentence. */
enum err overview_clear_history(struct store *store, const char *node, struct buf *out,
				struct reason *why) MUST_CHECK;

/*
 * For a cron worker, appends what its reporter last told about itself and sets *told. ERR_UNKNOWN_NODE with a
 * sentence.
 */
enum err overview_reporter_of_cron(struct store *store, const char *node, struct buf *out, bool *told,
				   struct reason *why) MUST_CHECK;

#endif
