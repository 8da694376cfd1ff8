/*
 * When the certificates have to be sent: they are many bytes and change twice a year, so a report carries
 * them only if they have changed, or if the coordinator may not have them (any more).
 */
#ifndef REPORTER_CERTIFICATES_NEWS_H
#define REPORTER_CERTIFICATES_NEWS_H

#include "common/buf.h"
#include "reporter/config/config.h"

#include <stdint.h>

struct certificate_news;
struct troubles;

/* `paths` (as in the configuration), `node` and `troubles` outlive it. */
struct certificate_news *certificate_news_new(const struct config_list *paths, const char *node,
					      struct troubles *troubles);
void certificate_news_free(struct certificate_news *news); /* NULL is nothing */

/*
 * Looks at the files, for a report of this moment (wall clock). Returns the JSON array to send with it, NULL
 * if the coordinator has it already; the buffer is the news's, and valid until the next call.
 */
const struct buf *certificate_news_get(struct certificate_news *news, int64_t now_ms);

/* What became of a report after _get: the coordinator took it; or it may not have arrived. */
void certificate_news_taken(struct certificate_news *news, int64_t now_ms);
void certificate_news_lost(struct certificate_news *news);

#endif
