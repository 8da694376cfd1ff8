/*
 * The stream of commands: one GET whose answer never ends, and that is opened anew whenever it does. It does
 * not know what a command is.
 *
 * The problem. A worker may be behind a firewall or a router that nobody can reach from outside, so the
 * worker itself must open the way by which commands come. Asking every second would cost a coordinator with a
 * thousand workers a thousand requests a second, and a click on the page would still wait. So the worker asks
 * once and the relay answers for as long as it can: server-sent events, which every proxy passes.
 *
 * A connection over which nothing comes looks the same whether nobody sends or nobody is there any more: a
 * relay's machine that lost its power sends no goodbye, and TCP's keep-alive asks only the nearest proxy. So
 * the relay sends a comment every 15 seconds, and the stream is watched for silence from the moment it is
 * asked for.
 *
 * The back-off is reset by the first byte and not by the status: a proxy that answers 200 and then ends,
 * because the relay behind it is away, would otherwise be asked in a tight circle.
 */
#include "reporter/uplink/uplink.h"

#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/backoff.h"
#include "reporter/base/event_stream.h"
#include "reporter/uplink/private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Three missed comments mean that nobody is there. */
enum { SILENCE_MAX_MS = 50 * 1000, RETRY_MIN_MS = 500, RETRY_MAX_MS = 30 * 1000 };

enum state {
	STATE_WAITING, /* `retry` runs */
	STATE_ASKED,   /* the request is on its way, nothing was heard yet; `silence` runs */
	STATE_HEARD,   /* the stream is up; `silence` runs */
	STATE_COUNT
};

struct uplink_stream {
	struct uplink *uplink;
	enum state state;
	struct http_exchange *exchange; /* NULL: waiting */
	struct timer *silence;
	struct timer *retry;
	struct backoff backoff;
	struct event_stream events;
	struct reachability reachability;
	uplink_command_fn command;
	void *user;
};

/* The one place where the state changes. MOVES: from each state to those that may follow it. */
static void set_state(struct uplink_stream *stream, enum state state)
{
	static const bool MOVES[STATE_COUNT][STATE_COUNT] = {
		[STATE_WAITING] = {[STATE_ASKED] = true},
		[STATE_ASKED] = {[STATE_HEARD] = true, [STATE_WAITING] = true},
		[STATE_HEARD] = {[STATE_WAITING] = true},
	};

	assert(MOVES[stream->state][state]);
	stream->state = state;
	switch (state) {
	case STATE_WAITING:
		stream->exchange = NULL;
		timer_stop(stream->silence);
		event_stream_reset(&stream->events);
		timer_start(stream->retry, backoff_next(&stream->backoff));
		break;
	case STATE_ASKED:
		timer_start(stream->silence, SILENCE_MAX_MS);
		break;
	case STATE_HEARD:
		backoff_reset(&stream->backoff);
		uplink_observe(stream->uplink, &stream->reachability, 200, NULL);
		break;
	case STATE_COUNT:
		break;
	}
}

static void on_event(void *user, const char *name, const char *data, size_t len)
{
	struct uplink_stream *stream = user;

	if (strcmp(name, "command") == 0)
		stream->command(stream->user, data, len);
	else
		log_debug("stream", "unknown event name=%s", name);
}

static bool on_data(void *user, const char *data, size_t len)
{
	struct uplink_stream *stream = user;

	if (stream->state == STATE_ASKED)
		set_state(stream, STATE_HEARD);
	timer_start(stream->silence, SILENCE_MAX_MS);
	return event_stream_feed(&stream->events, data, len);
}

static void on_done(void *user, const struct http_answer *answer)
{
	struct uplink_stream *stream = user;
	struct json *json = NULL;
	struct reason why;
	const char *error = answer->error;

	if (answer->body_len && json_parse(answer->body, answer->body_len, &json, &why) == ERR_NONE)
		error = json_text(json_get(json, "error"));
	/* A stream that was up and ended is no news yet: the next try tells whether the relay is away. */
	if (answer->status != 200)
		uplink_observe(stream->uplink, &stream->reachability, answer->status,
			       error ? error : "no stream of commands");
	json_free(json);
	set_state(stream, STATE_WAITING);
}

static void on_silence(void *user)
{
	struct uplink_stream *stream = user;

	log_warning("stream", "nothing heard from the coordinator, connecting again");
	http_client_cancel(stream->exchange);
	set_state(stream, STATE_WAITING);
}

static void connect_now(void *user)
{
	struct uplink_stream *stream = user;
	struct http_request request = {.method = "GET",
				       .accept = "text/event-stream",
				       .data = on_data,
				       .done = on_done,
				       .user = stream};

	set_state(stream, STATE_ASKED);
	stream->exchange = uplink_start(stream->uplink, "/api/reporter/commands", &request);
}

struct uplink_stream *uplink_stream_open(struct uplink *uplink, uplink_command_fn command, void *user)
{
	struct uplink_stream *stream = mem_alloc(1, sizeof(*stream));

	*stream = (struct uplink_stream){.uplink = uplink,
					 .silence = loop_timer(uplink->loop, on_silence, stream),
					 .retry = loop_timer(uplink->loop, connect_now, stream),
					 .backoff = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS},
					 .events = {.event = on_event, .user = stream},
					 .reachability = {.what = "commands"},
					 .command = command,
					 .user = user};
	connect_now(stream);
	return stream;
}

void uplink_stream_free(struct uplink_stream *stream)
{
	if (!stream)
		return;
	http_client_cancel(stream->exchange);
	timer_free(stream->silence);
	timer_free(stream->retry);
	event_stream_free(&stream->events);
	free(stream);
}
