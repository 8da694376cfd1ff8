/* The engine's `GET /events`, line by line, for as long as we live. What a change means is the driver's
 * business. */
#include "reporter/services/docker_events.h"

#include "common/buf.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/http_client.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_FIRST_MS	500
#define RETRY_MAX_MS	30000
#define LINE_MAX_BYTES	(256 * 1024)
#define PING_TIMEOUT_MS 10000

/* {"type":["container"],"event":["create","destroy","die","health_status","pause","rename","start","unpause"]}
 */
static const char EVENTS_URL[] =
	"http://localhost/events?filters="
	"%7B%22type%22%3A%5B%22container%22%5D%2C%22event%22%3A%5B%22create%22%2C%22destroy%22%2C%22die%22%2C"
	"%22health_status%22%2C%22pause%22%2C%22rename%22%2C%22start%22%2C%22unpause%22%5D%7D";

struct docker_events {
	struct loop *loop;
	const char *socket;
	docker_event_fn changed;
	void *user;
	struct http_exchange *stream, *ping; /* the stream alone says nothing until something happens */
	struct timer *retry;
	int64_t retry_ms;
	struct buf line;
	bool told_away; /* the failure was logged */
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
	const char *newline;
	size_t used = 0;

	buf_append(&events->line, data, len);
	while ((newline = memchr(events->line.data + used, '\n', events->line.len - used))) {
		size_t line_len = (size_t)(newline - events->line.data) - used;

		if (line_len > 0)
			take_line(events, events->line.data + used, line_len);
		used += line_len + 1;
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
	if (!events->told_away)
		log_warning("docker", "the engine is away, tried again socket=%s status=%d error=\"%s\"",
			    events->socket, answer->status,
			    answer->error ? answer->error : "the stream of events ended");
	events->told_away = true;
	timer_start(events->retry, events->retry_ms);
	events->retry_ms = events->retry_ms * 2 < RETRY_MAX_MS ? events->retry_ms * 2 : RETRY_MAX_MS;
	events->changed(events->user, NULL, NULL);
}

static void on_ping(void *user, const struct http_answer *answer)
{
	struct docker_events *events = user;

	events->ping = NULL;
	if (answer->status != 200)
		return; /* the stream's end tells more */
	if (events->told_away)
		log_info("docker", "the engine is back socket=%s", events->socket);
	events->told_away = false;
	events->retry_ms = RETRY_FIRST_MS;
	events->changed(events->user, NULL, NULL);
}

/* From a second ago on, so that nothing falls between a look at the containers and the start of the stream.
 */
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
		.loop = loop, .socket = socket, .changed = changed, .user = user, .retry_ms = RETRY_FIRST_MS};
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
