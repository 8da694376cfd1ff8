/*
 * Keeps what is known and tells it. While the feed learns what is, the listeners hear nothing, since half of
 * the truth would look to them like nodes that vanished. When all has been learned, known_load_end tells what
 * is of the nodes, then what was published meanwhile is applied, and known_follow tells the entries.
 *
 * The entries come last for the sake of their order: each node's log is read at another moment, so an entry
 * that was published meanwhile may have a smaller `seq` than one that was read.
 */
#include "feed/known.h"

#include "common/clock.h"
#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Calls `event` of every listener that has it. */
#define TELL(known, event, ...)                                                         \
	do {                                                                            \
		for (const struct listener *to = (known)->listeners; to; to = to->next) \
			if (to->events->event)                                          \
				to->events->event(to->context, __VA_ARGS__);            \
	} while (0)

void known_free(struct known *known)
{
	while (known->listeners) {
		struct listener *next = known->listeners->next;

		free(known->listeners);
		known->listeners = next;
	}
	node_table_free(&known->nodes);
	log_tail_free(&known->log);
}

void known_listen(struct known *known, const struct feed_events *events, void *context)
{
	struct listener *listener = mem_alloc(1, sizeof(*listener)), **end = &known->listeners;

	listener->events = events;
	listener->context = context;
	while (*end)
		end = &(*end)->next;
	*end = listener;
}

/* The one place where the phase changes. */
static void set_phase(struct known *known, enum feed_phase phase)
{
	static const bool MOVES[FEED_PHASES][FEED_PHASES] = {
		[FEED_AWAY] = {[FEED_LEARNING] = true},
		[FEED_LEARNING] = {[FEED_AWAY] = true, [FEED_CATCHING_UP] = true},
		[FEED_CATCHING_UP] = {[FEED_FOLLOWING] = true},
		[FEED_FOLLOWING] = {[FEED_AWAY] = true, [FEED_LEARNING] = true}};

	assert(MOVES[known->phase][phase]);
	known->phase = phase;
	TELL(known, phase, phase);
}

/* --- nodes -------------------------------------------------------------------------------------------- */

/* Whether the node is known as of this report or of a later one. Only asked while catching up: when
 * following, an older time means that the coordinator's clock was set back. */
static bool is_repeated(const struct known_node *node, const struct node_report *report)
{
	struct span known = timestamp_of(text_span(&node->summary));
	struct span given = timestamp_of(report->summary);

	return known.data && given.data && known.len == given.len &&
	       memcmp(known.data, given.data, given.len) >= 0;
}

/* Compares the node's status with the clock. Whether anything is other than it was told last. */
static bool settle(struct known_node *node, int64_t now_ms)
{
	enum node_status status = node_status_at(&node->head, &node->presence, now_ms);
	bool is_lost = node_is_lost(&node->head, &node->presence);
	bool is_missing = node_is_missing(&node->head, &node->presence, now_ms) &&
			  strcmp(node->id, ID_COORDINATOR) != 0;
	bool changed = status != node->status || is_lost != node->is_lost || is_missing != node->is_missing;

	node->status = status;
	node->is_lost = is_lost;
	node->is_missing = is_missing;
	return changed;
}

void known_report(struct known *known, const char *id, const struct node_report *given)
{
	struct node_report report = *given;
	struct known_node *node = node_table_get(&known->nodes, id);
	bool repeated = false;

	if (known->phase != FEED_FOLLOWING && node) {
		if (report.point.data && known_node_has_point(node, report.point))
			report.point = (struct span){0};
		repeated = is_repeated(node, &report);
	}
	if (repeated && !report.point.data)
		return;
	if (!repeated) {
		known->totals.total_updates++;
		node = node_table_report(&known->nodes, id, &report);
		if (!node)
			return;
		if (known->phase == FEED_FOLLOWING || node->head.reported_at_ms > node->presence.heard_ms)
			node->presence.heard_ms = node->head.reported_at_ms;
	}
	if (report.point.data)
		known_node_append_point(node, report.point);
	(void)settle(node, clock_now_ms());
	TELL(known, node, NODE_REPORTED, node, &report);
}

void known_heard(struct known *known, const char *id, int64_t heard_ms)
{
	struct known_node *node = node_table_get(&known->nodes, id);

	/* While catching up, what was published may be older than what was read. */
	if (!node || (known->phase != FEED_FOLLOWING && heard_ms <= node->presence.heard_ms))
		return;
	node->presence.heard_ms = heard_ms;
	if (settle(node, clock_now_ms()))
		TELL(known, node, NODE_STATUS, node, NULL);
	else
		TELL(known, heard, node);
}

void known_stream(struct known *known, const char *id, int64_t lost_ms)
{
	struct known_node *node = node_table_get(&known->nodes, id);

	if (!node)
		return;
	node->presence.stream_lost_ms = lost_ms;
	if (settle(node, clock_now_ms()))
		TELL(known, node, NODE_STATUS, node, NULL);
}

void known_remove(struct known *known, const char *id)
{
	struct known_node *node = node_table_take(&known->nodes, id);

	if (!node)
		return;
	TELL(known, node, NODE_REMOVED, node, NULL);
	known_node_free(node);
}

void known_clear_history(struct known *known, const char *id)
{
	for (size_t i = 0; i < known->nodes.count; i++) {
		struct known_node *node = known->nodes.list[i];

		if (id && strcmp(node->id, id) != 0)
			continue;
		known_node_set_points(node, NULL, 0);
		TELL(known, node, NODE_HISTORY_CLEARED, node, NULL);
	}
}

void known_set_totals(struct known *known, const struct cluster_totals *totals)
{
	known->totals = *totals;
	if (known->phase != FEED_LEARNING)
		TELL(known, totals, &known->totals);
}

void known_look_at_clock(struct known *known)
{
	int64_t now_ms = clock_now_ms();

	if (known->phase == FEED_LEARNING)
		return;
	for (size_t i = 0; i < known->nodes.count; i++) {
		struct known_node *node = known->nodes.list[i];

		if (settle(node, now_ms))
			TELL(known, node, NODE_STATUS, node, NULL);
	}
}

/* --- the log ------------------------------------------------------------------------------------------ */

void known_tell_lines(struct known *known)
{
	struct log_entry *const *entries;
	size_t count;

	if (known->phase != FEED_FOLLOWING)
		return;
	entries = log_tail_untold(&known->log, &count);
	if (count)
		TELL(known, lines, entries, count);
}

void known_clear_log(struct known *known, const char *node)
{
	TELL(known, log_cleared, node);
	log_tail_clear(&known->log, node);
}

/* --- learning what is --------------------------------------------------------------------------------- */

void known_load_begin(struct known *known)
{
	set_phase(known, FEED_LEARNING);
	for (size_t i = 0; i < known->nodes.count; i++)
		known->nodes.list[i]->unseen = true;
	log_tail_load_begin(&known->log);
}

void known_load_node(struct known *known, const char *id, const struct node_report *given,
		     const struct node_presence *presence)
{
	struct node_report report = *given;
	struct known_node *node;

	if (!report.certificates.data)
		report.certificates = (struct span){"[]", 2};
	node = node_table_report(&known->nodes, id, &report);
	if (!node)
		return;
	node->unseen = false;
	node->presence = *presence;
	(void)settle(node, clock_now_ms());
}

void known_load_points(struct known *known, const char *id, const struct span *points, size_t count)
{
	struct known_node *node = node_table_get(&known->nodes, id);

	if (node)
		known_node_set_points(node, points, count);
}

void known_load_end(struct known *known)
{
	struct node_table *nodes = &known->nodes;
	int64_t after, before;
	enum log_join join;

	set_phase(known, FEED_CATCHING_UP);
	for (size_t i = nodes->count; i-- > 0;) {
		if (nodes->list[i]->unseen)
			known_remove(known, nodes->list[i]->id);
		else
			TELL(known, node, NODE_LOADED, nodes->list[i], NULL);
	}
	TELL(known, totals, &known->totals);
	join = log_tail_load_end(&known->log, &after, &before);
	if (join == LOG_RESTARTED)
		TELL(known, log_restarted, before);
	else if (join == LOG_HAS_GAP && after > 0)
		TELL(known, gap, after, before);
}

void known_follow(struct known *known)
{
	size_t count;
	struct log_entry *const *entries = log_tail_untold(&known->log, &count);

	if (count)
		TELL(known, lines, entries, count);
	log_tail_settle(&known->log);
	set_phase(known, FEED_FOLLOWING);
}

void known_lost(struct known *known)
{
	set_phase(known, FEED_AWAY);
}
