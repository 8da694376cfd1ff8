/*
 * The cluster as the dashboard shows it, written once for REST and RPC alike. Each function appends one JSON
 * value, as docs/API.md has it for the call that is named; on failure a part of it may have been appended,
 * which the caller drops.
 */
#ifndef FCGI_MODEL_OVERVIEW_H
#define FCGI_MODEL_OVERVIEW_H

#include "common/buf.h"
#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stdint.h>

#define OVERVIEW_HISTORY_DEFAULT 50 /* points */

enum err overview_metrics(struct store *store, struct buf *out) MUST_CHECK;   /* GET …/metrics */
enum err overview_stats(struct store *store, struct buf *out) MUST_CHECK;     /* GET …/stats */
enum err overview_full_data(struct store *store, struct buf *out) MUST_CHECK; /* GET …/full-data */

/* GET …/service-data: the certificates of all nodes. */
enum err overview_certificates(struct store *store, struct buf *out) MUST_CHECK;

/* GET …/history: the node's newest `limit` points, oldest first. ERR_UNKNOWN_NODE with a sentence. */
enum err overview_history(struct store *store, const char *node, int limit, struct buf *out,
			  struct reason *why) MUST_CHECK;

/*
 * GET …/services: the services of `node` and what was done last to them; of all nodes if it is NULL or "".
 * A node that is not known has none.
 */
enum err overview_services(struct store *store, const char *node, struct buf *out) MUST_CHECK;

/* Which service of which node. */
struct overview_service {
	const char *node, *name; /* as they came, NULL where there was none */
};

/*
 * GET …/service-actions: the newest `limit` actions on the service, whoever did them. ERR_INVALID without a
 * service's name, ERR_UNKNOWN_NODE; a service to which nothing was done, or that is not there, has none.
 */
enum err overview_service_actions(struct store *store, const struct overview_service *service, int64_t limit,
				  struct buf *out, struct reason *why) MUST_CHECK;

/* POST …/clear-history: forgets the points of `node`, or of all nodes if it is NULL. ERR_UNKNOWN_NODE. */
enum err overview_clear_history(struct store *store, const char *node, struct buf *out,
				struct reason *why) MUST_CHECK;

/*
 * What the reporter of a cron worker last told about itself. Such a worker cannot be asked, but tells it with
 * each report. *told is false, and nothing is appended, for a worker that can be asked, and for one that told
 * nothing. ERR_UNKNOWN_NODE with a sentence.
 */
enum err overview_reporter_of_cron(struct store *store, const char *node, struct buf *out, bool *told,
				   struct reason *why) MUST_CHECK;

#endif
