/* The cluster's own numbers: since when it runs, when it was last cleaned up. */
#ifndef FCGI_STORE_STATS_H
#define FCGI_STORE_STATS_H

#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Remembers since when the API runs; `replace` false keeps what stands there. */
enum err stats_started(struct store *store, int64_t started_at_ms, bool replace) MUST_CHECK;

enum err stats_cleaned_up(struct store *store, int64_t now_ms) MUST_CHECK;

#endif
