/* What the dashboard shows, written once for REST and RPC alike. Each appends one JSON value. */
#ifndef FCGI_DASHBOARD_H
#define FCGI_DASHBOARD_H

#include "common/buf.h"
#include "fcgi/store/store.h"

#include <stdint.h>

#define DASHBOARD_HISTORY_DEFAULT 50

enum err dashboard_metrics(struct store *store, struct buf *out) MUST_CHECK;
enum err dashboard_stats(struct store *store, struct buf *out) MUST_CHECK;
enum err dashboard_history(struct store *store, const char *node, int limit, struct buf *out,
			   struct reason *why) MUST_CHECK;
enum err dashboard_full_data(struct store *store, struct buf *out) MUST_CHECK;

#endif
