/* A sink that remembers, and ways to wait for what it is given. */
#include "tests/unit/reporter/sink.h"

#include "common/mem.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

#define DEADLINE_MS 60000 /* a bound for the broken case */
#define QUIET_MS    50

static struct sink_position *find(struct sink *sink, const char *key)
{
	for (size_t i = 0; i < sink->positions_count; i++)
		if (strcmp(sink->positions[i].key, key) == 0)
			return &sink->positions[i];
	return NULL;
}

static void keep_position(struct sink *sink, const char *key, const char *position)
{
	struct sink_position *known = find(sink, key);

	assert_true(strlen(key) <= SOURCE_KEY_MAX);
	assert_true(strlen(position) <= SOURCE_POSITION_MAX);
	if (!known) {
		sink->positions =
			mem_resize(sink->positions, sink->positions_count + 1, sizeof(sink->positions[0]));
		known = &sink->positions[sink->positions_count++];
		*known = (struct sink_position){.key = mem_text(key)};
	}
	free(known->position);
	known->position = mem_text(position);
}

static void on_take(void *user, const struct entry *entry, const char *key, const char *position)
{
	struct sink *sink = user;

	if (key)
		keep_position(sink, key, position);
	if (!entry)
		return;
	sink->entries = mem_resize(sink->entries, sink->count + 1, sizeof(sink->entries[0]));
	sink->entries[sink->count++] = (struct sink_entry){
		.timestamp_ms = entry->timestamp_ms,
		.level = entry->level,
		.logger_name = mem_text(entry->logger_name ? entry->logger_name : ""),
		.message = mem_copy(entry->message, entry->message_len),
		.message_len = entry->message_len,
		.module = mem_text(entry->module ? entry->module : ""),
		.function = mem_text(entry->function ? entry->function : ""),
		.line = entry->line,
	};
}

static const char *on_position(void *user, const char *key)
{
	const struct sink_position *known = find(user, key);

	return known ? known->position : NULL;
}

static void on_positions(void *user, source_position_fn each, void *each_user)
{
	struct sink *sink = user;

	for (size_t i = 0; i < sink->positions_count; i++)
		each(each_user, sink->positions[i].key, sink->positions[i].position);
}

static void on_forget(void *user, const char *key)
{
	struct sink *sink = user;
	struct sink_position *known = find(sink, key);

	if (!known)
		return;
	free(known->key);
	free(known->position);
	*known = sink->positions[--sink->positions_count];
}

void sink_init(struct sink *sink)
{
	*sink = (struct sink){
		.source = {.user = sink,
			   .take = on_take,
			   .position = on_position,
			   .positions = on_positions,
			   .forget = on_forget},
	};
}

void sink_forget_entries(struct sink *sink)
{
	for (size_t i = 0; i < sink->count; i++) {
		free(sink->entries[i].logger_name);
		free(sink->entries[i].message);
		free(sink->entries[i].module);
		free(sink->entries[i].function);
	}
	free(sink->entries);
	sink->entries = NULL;
	sink->count = 0;
}

void sink_free(struct sink *sink)
{
	sink_forget_entries(sink);
	for (size_t i = 0; i < sink->positions_count; i++) {
		free(sink->positions[i].key);
		free(sink->positions[i].position);
	}
	free(sink->positions);
}

/* A look at the sink every few milliseconds, until it is content. */
struct patience {
	struct sink *sink;
	struct loop *loop;
	struct timer *timer;
	size_t wanted; /* 0: until it is quiet */
	size_t seen;
	int64_t waited_ms;
};

static void on_look(void *user)
{
	struct patience *patience = user;
	const int64_t interval_ms = patience->wanted ? 2 : QUIET_MS;
	bool quiet = patience->sink->count == patience->seen;
	bool content = patience->wanted ? patience->sink->count >= patience->wanted
					: quiet && patience->waited_ms > 0;

	patience->seen = patience->sink->count;
	if (content || patience->waited_ms > DEADLINE_MS) {
		loop_stop(patience->loop);
		return;
	}
	patience->waited_ms += interval_ms;
	timer_start(patience->timer, interval_ms);
}

static void look_until_content(struct sink *sink, struct loop *loop, size_t wanted)
{
	struct patience patience = {.sink = sink, .loop = loop, .wanted = wanted, .seen = sink->count};

	patience.timer = loop_timer(loop, on_look, &patience);
	timer_start(patience.timer, 0);
	loop_run(loop);
	timer_free(patience.timer);
}

void sink_wait(struct sink *sink, struct loop *loop, size_t count)
{
	if (count > 0)
		look_until_content(sink, loop, count);
	assert_true(sink->count >= count);
}

void sink_settle(struct sink *sink, struct loop *loop)
{
	look_until_content(sink, loop, 0);
}
