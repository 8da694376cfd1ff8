/* The stream of commands: one GET that stays, watched for silence, opened anew whenever it ends. */
#include "reporter/uplink/uplink.h"

#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/backoff.h"
#include "reporter/base/event_stream.h"
#include "reporter/uplink/private.h"

#include <stdlib.h>
#include <string.h>

/* The relay sends a comment every 15 s: three missed ones mean that nobody is there. */
enum { SILENCE_MAX_MS = 50 * 1000, RETRY_MIN_MS = 500, RETRY_MAX_MS = 30 * 1000 };

struct uplink_stream {
	struct uplink *uplink;
	struct http_exchange *exchange; /* NULL: waiting for `retry` */
	struct timer *silence;
	struct timer *retry;
	struct backoff backoff;
	struct event_stream events;
	struct link link;
	uplink_command_fn command;
	void *user;
};

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

	backoff_reset(&stream->backoff);
	timer_start(stream->silence, SILENCE_MAX_MS);
	uplink_observe(stream->uplink, &stream->link, 200, NULL);
	return event_stream_feed(&stream->events, data, len);
}

static void lost(struct uplink_stream *stream)
{
	stream->exchange = NULL;
	timer_stop(stream->silence);
	event_stream_reset(&stream->events);
	timer_start(stream->retry, backoff_next(&stream->backoff));
}

static void on_done(void *user, const struct http_answer *answer)
{
	struct uplink_stream *stream = user;
	struct json *json = NULL;
	struct reason why;
	const char *error = answer->error;

	if (answer->body_len && !json_parse(answer->body, answer->body_len, &json, &why))
		error = json_text(json_get(json, "error"));
	/* A stream that was up and ended is no news yet: the next try tells whether the relay is away. */
	if (answer->status != 200)
		uplink_observe(stream->uplink, &stream->link, answer->status,
			       error ? error : "no stream of commands");
	json_free(json);
	lost(stream);
}

static void on_silence(void *user)
{
	struct uplink_stream *stream = user;

	log_warning("stream", "nothing heard from the coordinator, connecting again");
	http_client_cancel(stream->exchange);
	lost(stream);
}

static void connect_now(void *user)
{
	struct uplink_stream *stream = user;
	struct http_request request = {.method = "GET",
				       .accept = "text/event-stream",
				       .data = on_data,
				       .done = on_done,
				       .user = stream};

	stream->exchange = uplink_start(stream->uplink, "/api/reporter/commands", &request);
	timer_start(stream->silence, SILENCE_MAX_MS);
}

struct uplink_stream *uplink_stream_open(struct uplink *uplink, uplink_command_fn command, void *user)
{
	struct uplink_stream *stream = mem_alloc(1, sizeof(*stream));
	struct loop *loop = uplink_loop(uplink);

	*stream = (struct uplink_stream){.uplink = uplink,
					 .silence = loop_timer(loop, on_silence, stream),
					 .retry = loop_timer(loop, connect_now, stream),
					 .backoff = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS},
					 .events = {.event = on_event, .user = stream},
					 .link = {.what = "commands"},
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
