/*
 * The engine's `GET /events`, line by line, for as long as we live. What a change means is the driver's
 * business.
 *
 * The stream says nothing until something happens, so it cannot tell whether the engine is there. A ping
 * beside it does. When the stream ends, for whatever reason, it is opened again with back-off, and asked for
 * events from a second before: that way nothing falls between a look at the containers and its start.
 */
#include "reporter/services/docker_events.h"

#include "common/buf.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/backoff.h"
#include "reporter/base/http_client.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_MIN_MS	500
#define RETRY_MAX_MS	30000
#define LINE_MAX_BYTES	(256 * 1024)
#define PING_TIMEOUT_MS 10000

/* The filters, decoded; "died" and "remove" are Podman's for "die" and "destroy":
 * {"type":["container"],"event":["create","destroy","die","died","health_status","pause","remove","rename","start",
 * "unpause"]} */
static const char EVENTS_URL[] =
	"http://localhost/events?filters="
	"%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B%22create%22%2C%22destroy%22%2C%22die%22%2C"
	"%22died%22%2C%22health_status%22%2C%22pause%22%2C%22remove%22%2C%22rename%22%2C%22start%22%2C"
	"%22unpause%22%5D%7D";

struct docker_events {
	struct loop *loop;
	const char *socket;
	docker_event_fn changed;
	void *user;
	struct http_exchange *stream, *ping;
	struct timer *retry;
	struct backoff backoff;
	struct buf line; /* of the stream, as far as it has come */
	bool away;	 /* and that was logged */
};

/* SAMPLE {"Type":"container","Action":"die","Actor":{"ID":"3f4e…","Attributes":{"exitCode":"137","name":"web"}},…} */
static void take_line(struct docker_events *events, const char *line, size_t len)
{
	struct json *document = NULL;
	const struct json *actor;
	const char *name, *id;

	if (json_parse(line, len, &document, NULL) != ERR_NONE)
		return;
	actor = json_get(document, "Actor");
	name = json_text(json_get(json_get(actor, "Attributes"), "name"));
	id = json_text(json_get(actor, "ID"));
	if (name && id)
		events->changed(events->user, name, id);
	json_free(document);
}

static bool on_data(void *user, const char *data, size_t len)
{
	struct docker_events *events = user;
	size_t used = 0;

	buf_append(&events->line, data, len);
	for (;;) {
		const char *line = events->line.data + used;
		const char *newline = memchr(line, '\n', events->line.len - used);

		if (!newline)
			break;
		if (newline > line)
			take_line(events, line, (size_t)(newline - line));
		used += (size_t)(newline - line) + 1;
	}
	buf_consume(&events->line, used);
	return events->line.len <= LINE_MAX_BYTES;
}

static void on_end(void *user, const struct http_answer *answer)
{
	struct docker_events *events = user;

	events->stream = NULL;
	http_client_cancel(events->ping);
	events->ping = NULL;
	if (!events->away)
		log_warning("docker", "the engine is away, tried again socket=%s status=%d error=\"%s\"",
			    events->socket, answer->status,
			    answer->error ? answer->error : "the stream of events ended");
	events->away = true;
	timer_start(events->retry, backoff_next(&events->backoff));
	events->changed(events->user, NULL, NULL);
}

static void on_ping(void *user, const struct http_answer *answer)
{
	struct docker_events *events = user;

	events->ping = NULL;
	if (answer->status != 200)
		return; /* the stream ends too, and says more */
	if (events->away)
		log_info("docker", "the engine is back socket=%s", events->socket);
	events->away = false;
	backoff_reset(&events->backoff);
	events->changed(events->user, NULL, NULL);
}

static void listen_now(void *user)
{
	struct docker_events *events = user;
	struct buf url = {0};
	struct http_request stream = {
		.method = "GET",
		.unix_path = events->socket,
		.data = on_data,
		.done = on_end,
		.user = events,
	};
	const struct http_request ping = {
		.method = "GET",
		.url = "http://localhost/_ping",
		.unix_path = events->socket,
		.timeout_ms = PING_TIMEOUT_MS,
		.done = on_ping,
		.user = events,
	};

	buf_clear(&events->line);
	buf_printf(&url, "%s&since=%lld", EVENTS_URL, (long long)(clock_now_ms() / 1000 - 1));
	stream.url = url.data;
	events->stream = http_client_start(loop_http_client(events->loop), &stream);
	events->ping = http_client_start(loop_http_client(events->loop), &ping);
	buf_free(&url);
}

struct docker_events *docker_events_new(struct loop *loop, const char *socket, docker_event_fn changed,
					void *user)
{
	struct docker_events *events = mem_alloc(1, sizeof(*events));

	*events = (struct docker_events){
		.loop = loop,
		.socket = socket,
		.changed = changed,
		.user = user,
		.backoff = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS},
	};
	events->retry = loop_timer(loop, listen_now, events);
	timer_start(events->retry, 0);
	return events;
}

void docker_events_free(struct docker_events *events)
{
	if (!events)
		return;
	http_client_cancel(events->stream);
	http_client_cancel(events->ping);
	timer_free(events->retry);
	buf_free(&events->line);
	free(events);
}
