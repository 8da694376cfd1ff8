/* Remembers which certificates the coordinator has. What a certificate is is certificates.c's concern. */
#include "reporter/certificates/news.h"

#include "common/limits.h"
#include "common/mem.h"
#include "reporter/certificates/certificates.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A coordinator that was set up anew has them again after this. */
enum { AGAIN_MS = 60 * 60 * 1000 };

struct certificate_news {
	struct certificates *certificates; /* NULL: none are configured */
	const char *node;
	struct buf now, taken;
	bool sending;	  /* `now` is in a report on its way */
	int64_t taken_ms; /* 0: the coordinator does not have them */
};

struct certificate_news *certificate_news_new(const struct config_list *paths, const char *node)
{
	struct certificate_news *news = mem_alloc(1, sizeof(*news));

	news->node = node;
	if (paths->count)
		news->certificates = certificates_new(paths);
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
	bool same;

	buf_clear(&news->now);
	if (news->certificates)
		certificates_write(news->certificates, &news->now, news->node, now_ms);
	else
		buf_text(&news->now, "[]"); /* the section may have been there the last time */
	same = news->now.len == news->taken.len &&
	       memcmp(news->now.data, news->taken.data, news->now.len) == 0;
	news->sending = !same || !news->taken_ms || now_ms - news->taken_ms > AGAIN_MS;
	return news->sending ? &news->now : NULL;
}

void certificate_news_taken(struct certificate_news *news, int64_t now_ms)
{
	struct buf before = news->taken;

	if (!news->sending)
		return;
	news->sending = false;
	news->taken = news->now;
	news->now = before;
	news->taken_ms = now_ms;
}

void certificate_news_lost(struct certificate_news *news)
{
	news->sending = false;
	news->taken_ms = 0;
}
