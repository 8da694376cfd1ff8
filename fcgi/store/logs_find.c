/*
 * Searching the log of all nodes. The first pass notes which entries match, by number alone, and keeps those
 * that can still be on the page; the second loads the page's, as many as fit. As many nodes are asked at once
 * as have a few MiB together, so a search needs little memory, however many nodes there are and however long
 * their entries.
 */
#include "common/json.h"
#include "common/keys.h"
#include "common/limits.h"
#include "common/mem.h"
#include "fcgi/store/logs.h"
#include "fcgi/store/redis.h"

#include <stdlib.h>
#include <string.h>

#define NODES_AT_ONCE	 16
#define BYTES_AT_ONCE	 LIMIT_LOG_BYTES_A_NODE /* at least one node's whole log */
#define MATCHES_KEPT_MIN 4096

struct match {
	int64_t seq;
	size_t node; /* index in the list of nodes */
	size_t len;
	char *text; /* of the page's entries only, in the second pass */
};

struct search {
	const struct log_query *query;
	bool everything; /* nothing is left out: counting is Redis', and each node's newest are enough */
	size_t wanted;	 /* how many entries, in the query's order, are the page and what is before it */
	redisReply *nodes;
	redisReply *bytes; /* of each node's log */
	struct match *matches;
	size_t count, capacity;
	size_t total;
};

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct match *)a)->seq, y = ((const struct match *)b)->seq;

	return (x < y) - (x > y);
}

static int oldest_first(const void *a, const void *b)
{
	return newest_first(b, a);
}

typedef int compare_fn(const void *a, const void *b);

static compare_fn *order_of(const struct search *search)
{
	return search->query->oldest_first ? oldest_first : newest_first;
}

/* Puts the matches in order and forgets those that are behind the page. */
static void sort_matches(struct search *search)
{
	if (search->count)
		qsort(search->matches, search->count, sizeof(*search->matches), order_of(search));
	if (search->count > search->wanted)
		search->count = search->wanted;
}

/* Sorted whenever twice as many are there as are wanted, which costs little for each. */
static void note(struct search *search, const struct match *match)
{
	if (search->count >= 2 * search->wanted + MATCHES_KEPT_MIN)
		sort_matches(search);
	if (search->count == search->capacity) {
		search->capacity = search->capacity * 2 + 256;
		search->matches = mem_resize(search->matches, search->capacity, sizeof(*search->matches));
	}
	search->matches[search->count++] = *match;
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
	size_t matching = 0;

	for (size_t i = 0; i < entries->elements; i++) {
		const redisReply *entry = entries->element[i];
		int64_t seq = entry_seq(entry->str, entry->len);

		if (!is_match(search->query, seq, entry))
			continue;
		note(search, &(struct match){.seq = seq, .node = node, .len = entry->len});
		matching++;
	}
	search->total += search->everything ? (size_t)reply_number(length) : matching;
}

static void add_range(struct store *store, const struct search *search, size_t node)
{
	struct key key = key_of_node(NODE_LOGS, search->nodes->element[node]->str);

	redis_add(store, "LLEN %s", key.text);
	redis_add(store, "LRANGE %s 0 %lld", key.text,
		  search->everything ? (long long)search->wanted - 1 : -1LL);
}

/* The nodes that are asked in one round trip. */
struct round {
	size_t nodes[NODES_AT_ONCE];
	size_t count, bytes;
};

static enum err ask_round(struct store *store, struct search *search, struct round *round)
{
	struct replies replies;
	enum err err;

	if (!round->count)
		return ERR_NONE;
	for (size_t i = 0; i < round->count; i++)
		add_range(store, search, round->nodes[i]);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < round->count; i++)
		note_matches(search, round->nodes[i], replies.item[2 * i], replies.item[2 * i + 1]);
	replies_free(&replies);
	*round = (struct round){0};
	return ERR_NONE;
}

/* A log without a count may be as large as any. */
static size_t bytes_of(const struct search *search, size_t node)
{
	const redisReply *bytes = search->bytes->element[node];

	return reply_is_text(bytes) ? (size_t)reply_number(bytes) : LIMIT_LOG_BYTES_A_NODE;
}

static enum err find_matches(struct store *store, struct search *search)
{
	struct round round = {0};
	enum err err;

	for (size_t node = 0; node < search->nodes->elements; node++) {
		size_t bytes = bytes_of(search, node);

		if (!is_wanted(search, node))
			continue;
		if (round.count == NODES_AT_ONCE || round.bytes + bytes > BYTES_AT_ONCE) {
			err = ask_round(store, search, &round);
			if (err != ERR_NONE)
				return err;
		}
		round.nodes[round.count++] = node;
		round.bytes += bytes;
	}
	err = ask_round(store, search, &round);
	if (err != ERR_NONE)
		return err;
	sort_matches(search);
	return ERR_NONE;
}

/* How much the nodes have; asked once, since it is what decides how they are asked. */
static enum err load_bytes(struct store *store, const redisReply *nodes, struct replies *out)
{
	const char **argv = mem_alloc(nodes->elements + 1, sizeof(*argv));
	size_t *lens = mem_alloc(nodes->elements + 1, sizeof(*lens));
	struct key *keys = mem_alloc(nodes->elements + 1, sizeof(*keys));

	argv[0] = "MGET";
	lens[0] = strlen(argv[0]);
	for (size_t i = 0; i < nodes->elements; i++) {
		const char *node = nodes->element[i]->str;

		keys[i] = key_of_node(NODE_LOG_BYTES, id_is_node(node) ? node : "");
		argv[i + 1] = keys[i].text;
		lens[i + 1] = strlen(keys[i].text);
	}
	redis_add_args(store, nodes->elements + 1, argv, lens);
	free(argv);
	free(lens);
	free(keys);
	return redis_run(store, out);
}

/* The page's entries of one node. */
static void take_texts(const struct search *search, struct match *page, size_t count, size_t node,
		       const redisReply *entries)
{
	for (size_t i = 0; i < entries->elements; i++) {
		const redisReply *entry = entries->element[i];
		struct match key = {.seq = entry_seq(entry->str, entry->len)};
		struct match *match = bsearch(&key, page, count, sizeof(*page), order_of(search));

		if (!match || match->node != node || match->text)
			continue;
		match->text = mem_copy(entry->str, entry->len);
		match->len = entry->len;
	}
}

/* How many of the page's first entries LOGS_PAGE_BYTES hold; one in any case, so that one can read on. */
static size_t count_fitting(const struct match *page, size_t count)
{
	size_t bytes = 0, fitting = 0;

	for (; fitting < count; fitting++) {
		bytes += page[fitting].len;
		if (fitting && bytes > LOGS_PAGE_BYTES)
			break;
	}
	return fitting;
}

static enum err load_node(struct store *store, const struct search *search, struct match *page, size_t count,
			  size_t node)
{
	struct replies replies;
	enum err err;

	add_range(store, search, node);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	take_texts(search, page, count, node, replies.item[1]);
	replies_free(&replies);
	return ERR_NONE;
}

/* Each node once, whatever has gone from it meanwhile. */
static enum err load_page(struct store *store, const struct search *search, struct match *page, size_t count)
{
	bool *loaded = mem_alloc(search->nodes->elements + 1, sizeof(*loaded));
	enum err err = ERR_NONE;

	for (size_t i = 0; i < count && err == ERR_NONE; i++) {
		if (!loaded[page[i].node])
			err = load_node(store, search, page, count, page[i].node);
		loaded[page[i].node] = true;
	}
	free(loaded);
	return err;
}

/* One that was cleared or trimmed between the passes is left out. */
static void write_page(const struct match *page, size_t count, struct buf *out)
{
	struct json_out json = {.buf = out};

	json_open(&json, '[');
	for (size_t i = 0; i < count; i++)
		if (page[i].text)
			json_put_raw(&json, NULL, page[i].text, page[i].len);
	json_close(&json, ']');
}

static enum err search_nodes(struct store *store, struct search *search, struct buf *out, size_t *total)
{
	size_t offset = search->query->offset, count = 0;
	enum err err = find_matches(store, search);
	struct match *page = NULL;

	if (err != ERR_NONE)
		return err;
	if (search->matches && search->count > offset) {
		page = search->matches + offset;
		count = count_fitting(page, search->count - offset);
		err = load_page(store, search, page, count);
	}
	if (err == ERR_NONE) {
		write_page(page, count, out);
		*total = search->total;
	}
	for (size_t i = 0; i < count; i++)
		free(page[i].text);
	return err;
}

enum err logs_find(struct store *store, const struct log_query *query, struct buf *out, size_t *total)
{
	struct search search = {
		.query = query,
		.everything = lets_all_pass(query),
		.wanted = query->offset + query->limit,
	};
	struct replies nodes, bytes;
	enum err err;

	redis_add(store, "ZRANGE %s 0 -1", KEY_LOG_NODES);
	err = redis_run(store, &nodes);
	if (err != ERR_NONE)
		return err;
	search.nodes = nodes.item[0];
	if (search.nodes->elements) {
		err = load_bytes(store, search.nodes, &bytes);
		if (err == ERR_NONE) {
			search.bytes = bytes.item[0];
			err = search_nodes(store, &search, out, total);
			replies_free(&bytes);
		}
	} else {
		err = search_nodes(store, &search, out, total);
	}
	free(search.matches);
	replies_free(&nodes);
	return err;
}
