/*
 * Searching the log of all nodes. The first pass notes which entries match, by number alone; the second loads
 * those of the page that is wanted. So a search over a thousand nodes needs little memory.
 */
#include "common/json.h"
#include "common/keys.h"
#include "common/mem.h"
#include "fcgi/store/logs.h"
#include "fcgi/store/redis.h"

#include <stdlib.h>
#include <string.h>

#define NODES_AT_ONCE 16

struct match {
	int64_t seq;
	size_t node; /* index in the list of nodes */
	char *text;  /* of the page's entries only, in the second pass */
};

struct search {
	const struct log_query *query;
	bool everything; /* nothing is left out: counting is Redis', and each node's newest are enough */
	size_t newest;	 /* how many of each node's newest entries can be on the page */
	redisReply *nodes;
	struct match *matches;
	size_t count, capacity;
	size_t total;
};

static void note(struct search *search, size_t node, int64_t seq)
{
	if (search->count == search->capacity) {
		search->capacity = search->capacity * 2 + 256;
		search->matches = mem_resize(search->matches, search->capacity, sizeof(*search->matches));
	}
	search->matches[search->count++] = (struct match){.seq = seq, .node = node};
}

static bool is_wanted(const struct search *search, size_t node)
{
	const char *name = search->nodes->element[node]->str;

	return id_is_node(name) &&
	       (!*search->query->filter.node || strcmp(name, search->query->filter.node) == 0);
}

static bool lets_all_pass(const struct log_query *query)
{
	const struct entry_filter *filter = &query->filter;

	return filter->level == LEVEL_DEBUG && !*filter->logger_name && !*filter->text && !query->after &&
	       !query->before && !*query->since && !query->oldest_first;
}

static bool is_match(const struct log_query *query, int64_t seq, const redisReply *entry)
{
	return (!query->after || seq > query->after) && (!query->before || seq < query->before) &&
	       (!*query->since || entry_is_since(entry->str, entry->len, query->since)) &&
	       entry_matches(&query->filter, entry->str, entry->len);
}

static void note_matches(struct search *search, size_t node, const redisReply *length,
			 const redisReply *entries)
{
	size_t before = search->count;

	for (size_t i = 0; i < entries->elements; i++) {
		const redisReply *entry = entries->element[i];
		int64_t seq = entry_seq(entry->str, entry->len);

		if (is_match(search->query, seq, entry))
			note(search, node, seq);
	}
	search->total += search->everything ? (size_t)reply_number(length) : search->count - before;
}

static void add_range(struct store *store, const struct search *search, size_t node)
{
	struct key key = key_of_node(NODE_LOGS, search->nodes->element[node]->str);

	redis_add(store, "LLEN %s", key.text);
	redis_add(store, "LRANGE %s 0 %lld", key.text,
		  search->everything ? (long long)search->newest - 1 : -1LL);
}

static enum err find_matches(struct store *store, struct search *search)
{
	size_t asked[NODES_AT_ONCE], count = 0;

	for (size_t node = 0; node < search->nodes->elements; node++) {
		struct replies replies;
		enum err err;

		if (is_wanted(search, node)) {
			add_range(store, search, node);
			asked[count++] = node;
		}
		if (!count || (count < NODES_AT_ONCE && node + 1 < search->nodes->elements))
			continue;
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			return err;
		for (size_t i = 0; i < count; i++)
			note_matches(search, asked[i], replies.item[2 * i], replies.item[2 * i + 1]);
		replies_free(&replies);
		count = 0;
	}
	return ERR_NONE;
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct match *)a)->seq, y = ((const struct match *)b)->seq;

	return (x < y) - (x > y);
}

/* The page's entries of one node: both lists are newest first, so one walk over them is enough. */
static void take_texts(struct match *page, size_t count, size_t node, const redisReply *entries)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		if (page[i].node != node)
			continue;
		while (at < entries->elements &&
		       entry_seq(entries->element[at]->str, entries->element[at]->len) > page[i].seq)
			at++;
		if (at < entries->elements &&
		    entry_seq(entries->element[at]->str, entries->element[at]->len) == page[i].seq)
			page[i].text = mem_copy(entries->element[at]->str, entries->element[at]->len);
	}
}

static enum err load_page(struct store *store, const struct search *search, struct match *page, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct replies replies;
		enum err err;

		if (page[i].text) /* taken along with an earlier one of its node */
			continue;
		add_range(store, search, page[i].node);
		err = redis_run(store, &replies);
		if (err != ERR_NONE)
			return err;
		take_texts(page, count, page[i].node, replies.item[1]);
		replies_free(&replies);
	}
	return ERR_NONE;
}

/* The page among all matches, which are newest first. */
static struct match *find_page(const struct search *search, size_t *count)
{
	const struct log_query *query = search->query;
	size_t offset = query->offset < search->count ? query->offset : search->count;
	size_t left = search->count - offset;

	*count = left < query->limit ? left : query->limit;
	return search->matches + (query->oldest_first ? left - *count : offset);
}

/* One that was cleared or trimmed between the passes is left out. */
static void write_page(const struct match *page, size_t count, bool oldest_first, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '[');
	for (size_t i = 0; i < count; i++) {
		const struct match *match = &page[oldest_first ? count - 1 - i : i];

		if (match->text)
			json_put_raw(&json, NULL, match->text, strlen(match->text));
	}
	json_close(&json, ']');
}

enum err logs_find(struct store *store, const struct log_query *query, struct buf *out, size_t *total)
{
	struct search search = {
		.query = query,
		.everything = lets_all_pass(query),
		.newest = query->offset + query->limit,
	};
	struct match *page;
	struct replies nodes;
	size_t count;
	enum err err;

	redis_add(store, "ZRANGE %s 0 -1", KEY_LOG_NODES);
	err = redis_run(store, &nodes);
	if (err != ERR_NONE)
		return err;
	search.nodes = nodes.item[0];
	err = find_matches(store, &search);
	if (err != ERR_NONE)
		goto out;
	if (search.count)
		qsort(search.matches, search.count, sizeof(*search.matches), newest_first);
	page = find_page(&search, &count);
	err = count ? load_page(store, &search, page, count) : ERR_NONE;
	if (err == ERR_NONE) {
		write_page(page, count, query->oldest_first, out);
		*total = search.total;
	}
	for (size_t i = 0; i < count; i++)
		free(page[i].text);
out:
	free(search.matches);
	replies_free(&nodes);
	return err;
}
