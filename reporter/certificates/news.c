/*
 * Remembers which certificates the coordinator has. How they are found and written is certificates.c's
 * concern.
 *
 * A report that is lost says nothing about what the coordinator knows: it may have been set up anew
 * meanwhile. So after any lost report, with certificates or without, the next one carries them; and once an
 * hour they are sent for their own sake.
 */
#include "reporter/certificates/news.h"

#include "common/limits.h"
#include "common/mem.h"
#include "reporter/certificates/certificates.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MS = 60 * 60 * 1000 };

enum news_state {
	NEWS_DUE,     /* the coordinator does not have them, as far as we know */
	NEWS_SENDING, /* `now` is in a report on its way */
	NEWS_TAKEN,   /* it has `taken` */
};

struct certificate_news {
	struct certificates *certificates; /* NULL: none are configured */
	const char *node;
	enum news_state state;
	struct buf now, taken;
	int64_t taken_ms; /* wall clock, when `taken` was */
};

struct certificate_news *certificate_news_new(const struct config_list *paths, const char *node,
					      struct troubles *troubles)
{
	struct certificate_news *news = mem_alloc(1, sizeof(*news));

	news->node = node;
	if (paths->count)
		news->certificates = certificates_new(paths, troubles);
	return news;
}

void certificate_news_free(struct certificate_news *news)
{
	if (!news)
		return;
	certificates_free(news->certificates);
	buf_free(&news->now);
	buf_free(&news->taken);
	free(news);
}

const struct buf *certificate_news_get(struct certificate_news *news, int64_t now_ms)
{
	buf_clear(&news->now);
	if (news->certificates)
		certificates_write(news->certificates, &news->now, news->node, now_ms);
	else
		buf_text(&news->now, "[]"); /* the section may have been there the last time */
	if (news->state == NEWS_TAKEN && now_ms - news->taken_ms <= AGAIN_MS &&
	    news->now.len == news->taken.len && memcmp(news->now.data, news->taken.data, news->now.len) == 0)
		return NULL;
	news->state = NEWS_SENDING;
	return &news->now;
}

void certificate_news_taken(struct certificate_news *news, int64_t now_ms)
{
	struct buf before = news->taken;

	if (news->state != NEWS_SENDING)
		return; /* the report did not carry them */
	news->state = NEWS_TAKEN;
	news->taken = news->now;
	news->now = before;
	news->taken_ms = now_ms;
}

void certificate_news_lost(struct certificate_news *news)
{
	news->state = NEWS_DUE;
}
