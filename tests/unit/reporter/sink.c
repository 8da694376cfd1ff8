/* A sink that remembers what it is given, and ways to wait for that. */
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
		.fields = entry->fields.len ? mem_copy(entry->fields.data, entry->fields.len) : mem_text(""),
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
			   .troubles = troubles_new(),
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
		free(sink->entries[i].fields);
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
	troubles_free(sink->source.troubles);
	free(sink->positions);
}

/* Looks at the sink every few milliseconds, until it holds what is wanted, or is quiet. */
struct wait {
	struct sink *sink;
	struct loop *loop;
	struct timer *timer;
	size_t wanted; /* 0: until it is quiet */
	size_t seen;
	int64_t waited_ms;
};

static void on_look(void *user)
{
	struct wait *wait = user;
	const int64_t interval_ms = wait->wanted ? 2 : QUIET_MS;
	bool quiet = wait->sink->count == wait->seen;
	bool done = wait->wanted ? wait->sink->count >= wait->wanted : quiet && wait->waited_ms > 0;

	wait->seen = wait->sink->count;
	if (done || wait->waited_ms > DEADLINE_MS) {
		loop_stop(wait->loop);
		return;
	}
	wait->waited_ms += interval_ms;
	timer_start(wait->timer, interval_ms);
}

static void run_until(struct sink *sink, struct loop *loop, size_t wanted)
{
	struct wait wait = {.sink = sink, .loop = loop, .wanted = wanted, .seen = sink->count};

	wait.timer = loop_timer(loop, on_look, &wait);
	timer_start(wait.timer, 0);
	loop_run(loop);
	timer_free(wait.timer);
}

void sink_wait(struct sink *sink, struct loop *loop, size_t count)
{
	if (count > 0)
		run_until(sink, loop, count);
	assert_true(sink->count >= count);
}

void sink_settle(struct sink *sink, struct loop *loop)
{
	run_until(sink, loop, 0);
}
