/* When the certificates have to be sent: when they changed, and again when the coordinator may have lost
 * them. */
#ifndef REPORTER_CERTIFICATES_NEWS_H
#define REPORTER_CERTIFICATES_NEWS_H

#include "common/buf.h"
#include "reporter/config/config.h"

#include <stdint.h>

struct certificate_news;

struct certificate_news *certificate_news_new(const struct config_list *paths, const char *node);
void certificate_news_free(struct certificate_news *news);

/* The JSON array to send now, NULL if the coordinator has it; valid until the next call. */
const struct buf *certificate_news_get(struct certificate_news *news, int64_t now_ms);

/* The report that carried the last answer of _get was taken; or it may not have arrived. */
void certificate_news_taken(struct certificate_news *news, int64_t now_ms);
void certificate_news_lost(struct certificate_news *news);

#endif
