/*
 * Searching the log of all nodes.
 *
 * Entries lie in one list a node, newest first, as ready-made JSON; a page is wanted in the order of seq over
 * all nodes, with the number of all entries that match. Thousands of nodes may hold 4 MiB each, so the lists
 * cannot be loaded at once and sorted, and Redis has no index that could filter them.
 *
 * So a search passes over the lists twice. The first pass reads all of them in rounds, and of each entry that
 * matches it keeps its place and size and not the text; of those it forgets the ones that are behind the
 * page. The second pass reads only the lists of the nodes that are on the page and takes the texts. A round
 * is as many nodes as have a few MiB together, which their byte counters tell beforehand: many small logs
 * cost few round trips, and large ones little memory. A search that leaves nothing out need not count either:
 * the newest entries of each list are enough, and their lengths are the total.
 *
 * What must stay true: the texts in memory are at most BYTES_AT_ONCE and the page, whatever the number of
 * nodes; a round that fails ends the search before the next node is put into it; and since entries come and
 * go between the passes, an entry that has gone is left out of the page, while one that came is not part of
 * it.
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

/* An entry that matches. */
struct log_match {
	int64_t rank; /* its place in the query's order; see rank_of */
	size_t node;  /* index in the list of nodes */
	size_t len;
	char *text; /* of the page's entries only, in the second pass */
};

struct search {
	const struct log_query *query;
	bool everything; /* nothing is left out: counting is Redis', and each node's newest are enough */
	size_t wanted;	 /* how many entries, in the query's order, are the page and what is before it */
	struct node_ids nodes;
	struct log_match *matches;
	size_t count, capacity;
	size_t total;
};

/* By which entries are sorted: the seq, turned round where the newest come first. */
static int64_t rank_of(const struct search *search, int64_t seq)
{
	return search->query->oldest_first ? seq : -seq;
}

static int compare_ranks(const void *a, const void *b)
{
	int64_t x = ((const struct log_match *)a)->rank, y = ((const struct log_match *)b)->rank;

	return (x > y) - (x < y);
}

/* Puts the matches in order and forgets those that are behind the page. */
static void sort_matches(struct search *search)
{
	if (search->count)
		qsort(search->matches, search->count, sizeof(*search->matches), compare_ranks);
	if (search->count > search->wanted)
		search->count = search->wanted;
}

/* Keeps a match. Sorting only when twice as many are there as are wanted costs little for each match. */
static void keep_match(struct search *search, const struct log_match *match)
{
	if (search->count >= 2 * search->wanted + MATCHES_KEPT_MIN)
		sort_matches(search);
	if (search->count == search->capacity) {
		search->capacity = search->capacity * 2 + 256;
		search->matches = mem_resize(search->matches, search->capacity, sizeof(*search->matches));
	}
	search->matches[search->count++] = *match;
}

/* Looks through the entries of one node; `length` is how many it has, read or not. */
static void look_through(struct search *search, size_t node, const redisReply *length,
			 const redisReply *entries)
{
	const struct log_query *query = search->query;
	size_t matching = 0;

	for (size_t i = 0; i < entries->elements; i++) {
		const redisReply *entry = entries->element[i];
		int64_t seq = entry_seq(entry->str, entry->len);

		if (query->after && seq <= query->after)
			continue;
		if (query->before && seq >= query->before)
			continue;
		if (*query->since && !entry_is_since(entry->str, entry->len, query->since))
			continue;
		if (!entry_matches(&query->filter, entry->str, entry->len))
			continue;
		keep_match(search, &(struct log_match){
					   .rank = rank_of(search, seq), .node = node, .len = entry->len});
		matching++;
	}
	search->total += search->everything ? (size_t)reply_number(length) : matching;
}

/* Asks how many entries a node has, and for those that have to be looked at. */
static void add_range(struct store *store, const struct search *search, size_t node)
{
	struct key key = key_of_node(NODE_LOGS, search->nodes.list[node]);

	redis_add(store, "LLEN %s", key.text);
	redis_add(store, "LRANGE %s 0 %lld", key.text,
		  search->everything ? (long long)search->wanted - 1 : -1LL);
}

/* The nodes that are asked in one round trip. */
struct round {
	size_t nodes[NODES_AT_ONCE];
	size_t count, bytes;
};

/* Looks through the round's nodes; the round is empty then. */
static enum err run_round(struct store *store, struct search *search, struct round *round)
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
		look_through(search, round->nodes[i], replies.item[2 * i], replies.item[2 * i + 1]);
	replies_free(&replies);
	*round = (struct round){0};
	return ERR_NONE;
}

/* The first pass: all matches that can be on the page, in order. There is a node. */
static enum err find_matches(struct store *store, struct search *search)
{
	struct round round = {0};
	struct replies sizes;
	enum err err;

	node_ids_add_mget(store, &search->nodes, NODE_LOG_BYTES);
	err = redis_run(store, &sizes);
	if (err != ERR_NONE)
		return err;
	for (size_t node = 0; node < search->nodes.count; node++) {
		const redisReply *size = sizes.item[0]->element[node];
		/* A log without a count may be as large as any. */
		size_t bytes = reply_is_text(size) ? (size_t)reply_number(size) : LIMIT_LOG_BYTES_A_NODE;

		if (round.count == NODES_AT_ONCE || round.bytes + bytes > BYTES_AT_ONCE) {
			err = run_round(store, search, &round);
			if (err != ERR_NONE)
				goto out;
		}
		round.nodes[round.count++] = node;
		round.bytes += bytes;
	}
	err = run_round(store, search, &round);
	if (err != ERR_NONE)
		goto out;
	sort_matches(search);
out:
	replies_free(&sizes);
	return err;
}

/* How many of the page's first entries LOGS_PAGE_BYTES hold; one in any case, so that one can read on. */
static size_t count_fitting(const struct log_match *page, size_t count)
{
	size_t bytes = 0, fitting = 0;

	for (; fitting < count; fitting++) {
		bytes += page[fitting].len;
		if (fitting && bytes > LOGS_PAGE_BYTES)
			break;
	}
	return fitting;
}

/* Reads one node's entries again and takes the texts of those that are on the page. */
static enum err load_texts(struct store *store, const struct search *search, struct log_match *page,
			   size_t count, size_t node)
{
	struct replies replies;
	const redisReply *entries;
	enum err err;

	add_range(store, search, node);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	entries = replies.item[1];
	for (size_t i = 0; i < entries->elements; i++) {
		const redisReply *entry = entries->element[i];
		struct log_match key = {.rank = rank_of(search, entry_seq(entry->str, entry->len))};
		struct log_match *match = bsearch(&key, page, count, sizeof(*page), compare_ranks);

		if (!match || match->node != node || match->text)
			continue;
		match->text = mem_copy(entry->str, entry->len);
		match->len = entry->len;
	}
	replies_free(&replies);
	return ERR_NONE;
}

/* The second pass: the texts of the page, from each of its nodes once, even if some have gone from it
 * meanwhile. */
static enum err load_page(struct store *store, const struct search *search, struct log_match *page,
			  size_t count)
{
	bool *loaded = mem_alloc(search->nodes.count + 1, sizeof(*loaded));
	enum err err = ERR_NONE;

	for (size_t i = 0; i < count; i++) {
		if (loaded[page[i].node])
			continue;
		err = load_texts(store, search, page, count, page[i].node);
		if (err != ERR_NONE)
			break;
		loaded[page[i].node] = true;
	}
	free(loaded);
	return err;
}

/* Loads and writes the page of what was found. */
static enum err answer(struct store *store, const struct search *search, struct buf *out)
{
	struct json_out json = {.buf = out};
	size_t offset = search->query->offset, count = 0;
	struct log_match *page = NULL;
	enum err err;

	if (search->count > offset) {
		page = search->matches + offset;
		count = count_fitting(page, search->count - offset);
	}
	err = load_page(store, search, page, count);
	if (err != ERR_NONE)
		goto out;
	json_open(&json, '[');
	for (size_t i = 0; i < count; i++)
		if (page[i].text) /* else it was cleared or trimmed between the passes */
			json_put_raw(&json, NULL, page[i].text, page[i].len);
	json_close(&json, ']');
out:
	for (size_t i = 0; i < count; i++)
		free(page[i].text);
	return err;
}

enum err logs_find(struct store *store, const struct log_query *query, struct buf *out, size_t *total)
{
	const struct entry_filter *filter = &query->filter;
	struct search search = {
		.query = query,
		.everything = filter->level == LEVEL_DEBUG && !*filter->logger_name && !*filter->text &&
			      !query->after && !query->before && !*query->since && !query->oldest_first,
		.wanted = query->offset + query->limit,
	};
	enum err err =
		node_ids_pick(store, KEY_LOG_NODES, *filter->node ? filter->node : NULL, &search.nodes);

	if (err != ERR_NONE)
		return err;
	if (search.nodes.count) {
		err = find_matches(store, &search);
		if (err != ERR_NONE)
			goto out;
	}
	err = answer(store, &search, out);
	if (err != ERR_NONE)
		goto out;
	*total = search.total;
out:
	free(search.matches);
	free(search.nodes.list);
	return err;
}
