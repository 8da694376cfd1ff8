/* The cluster's own numbers: since when it runs, and when it was last cleaned up. nodes_load reads them. */
#ifndef FCGI_STORE_STATS_H
#define FCGI_STORE_STATS_H

#include "fcgi/store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Notes since when the API runs; with `replace` false only if nothing is noted yet. */
enum err stats_started(struct store *store, int64_t started_at_ms, bool replace) MUST_CHECK;

/* Notes when silent workers were last removed. */
enum err stats_cleaned_up(struct store *store, int64_t now_ms) MUST_CHECK;

#endif
