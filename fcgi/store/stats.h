/* The cluster's own numbers: since when it runs, and when it was last cleaned up. nodes_load reads them. */
#ifndef FCGI_STORE_STATS_H
#define FCGI_STORE_STATS_H

#include "fcgi/store/store.h"

#include <stdint.h>

/* A pause between two clean-ups that is longer was an interruption which people noticed. */
#define STATS_INTERRUPTION_MS 30000

/*
 * Notes since when the coordinator serves. A time that is noted already stays as long as clean-ups come: a
 * restart or a reload of the API alone does not change it. It becomes `now_ms` if the last clean-up is more
 * than STATS_INTERRUPTION_MS ago, and in an empty store.
 */
enum err stats_serving(struct store *store, int64_t now_ms) MUST_CHECK;

/* Notes when the last clean-up was. */
enum err stats_cleaned_up(struct store *store, int64_t now_ms) MUST_CHECK;

#endif
