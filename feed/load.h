/* The feed's own part of the sync: the nodes, the newest log lines, the totals, and the channels that tell of
 * them. */
#ifndef FEED_LOAD_H
#define FEED_LOAD_H

#include "feed/known.h"
#include "feed/redis_link.h"
#include "feed/sync.h"

#include <stddef.h>

struct load;

/* All that is pointed to outlives it. `lines_each` as in struct feed_options. */
struct load *load_new(struct redis_link *link, struct sync *sync, struct known *known, size_t lines_each);
void load_free(struct load *load); /* after redis_link_free */

/* To be joined to the sync, with the load as context. */
extern const struct sync_part LOAD_PART;

/* Reads the totals again, which no channel tells; for every few seconds. While the feed does not follow,
 * nothing happens. */
void load_refresh_totals(struct load *load);

#endif
