/*
 * The docker driver: services that are containers of a Docker engine, by its API on a unix socket. What the
 * engine says of a container is docker_container.c's business, its stream of events docker_events.c's.
 *
 * A container is looked at when the driver opens it, after each event about it, after each action, and when
 * asked. If an event comes during a look, the answer may be older than the event: it is told, but the look is
 * repeated, and an action ends only by a look during which nothing came.
 */
#include "reporter/services/driver.h"

#include "common/buf.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/mem.h"
#include "reporter/base/http_client.h"
#include "reporter/services/docker_container.h"
#include "reporter/services/docker_events.h"
#include "reporter/services/driver_result.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_TIMEOUT_MS 10000
#define GRACE_MAX_S	10 /* between SIGTERM and SIGKILL, as Docker's own clients have it */

/* An engine, by its socket; one stream of events serves all its containers. */
struct engine {
	struct driver_link *link;
	struct engine *next;
	const char *socket;
	struct docker_events *events;
};

struct driver_link {
	struct loop *loop;
	struct engine *engines;
	struct driver_service *first;
};

enum action_state {
	ACTION_NONE,
	ACTION_CALLED,	/* the engine works on it */
	ACTION_LOOKING, /* the engine has answered; what became of the container is looked at */
};

struct driver_service {
	struct driver_link *link;
	struct driver_service *next;
	const struct config_service *config;
	struct driver_events events;
	struct http_exchange *look;
	bool stale; /* something happened since the look under way began */

	enum action_state acting;
	enum service_action action;
	struct http_exchange *call;
	int64_t deadline_ms; /* monotonic */
	struct driver_result result;
};

static void action_move(struct driver_service *service, enum action_state to)
{
	static const enum action_state AFTER[] = {[ACTION_NONE] = ACTION_CALLED,
						  [ACTION_CALLED] = ACTION_LOOKING,
						  [ACTION_LOOKING] = ACTION_NONE};

	assert(to == AFTER[service->acting]);
	service->acting = to;
}

/* Sends a request about the service's container: /containers/NAME/`what`. Engine API, "Containers". */
static struct http_exchange *ask_engine(struct driver_service *service, const char *what,
					struct http_request request)
{
	struct http_exchange *exchange;
	struct buf url = {0};

	buf_text(&url, "http://localhost/containers/");
	for (const char *c = service->config->container; *c; c++) {
		if (isalnum((unsigned char)*c) || strchr("._-", *c))
			buf_char(&url, *c);
		else
			buf_printf(&url, "%%%02X", (unsigned char)*c);
	}
	buf_printf(&url, "/%s", what);
	request.url = url.data;
	request.unix_path = service->config->socket;
	request.user = service;
	exchange = http_client_start(loop_http_client(service->link->loop), &request);
	buf_free(&url);
	return exchange;
}

/* --- looking ------------------------------------------------------------------------------------ */

static void docker_look(struct driver_service *service);

/* Reads what the engine says of the container, or why it does not. */
static struct service_state read_look(const struct driver_service *service, const struct http_answer *answer)
{
	struct service_state state = {.status = SERVICE_ERROR};
	const char *socket = service->config->socket;

	if (answer->status == 200 &&
	    docker_container_read(answer->body, answer->body_len, &state) == ERR_NONE)
		return state;
	state = (struct service_state){.status = SERVICE_ERROR};
	if (answer->status == 404)
		snprintf(state.detail, sizeof(state.detail), "no such container");
	else if (answer->status == 0)
		snprintf(state.trouble, sizeof(state.trouble), "the engine does not answer on %.120s: %.150s",
			 socket, answer->error);
	else
		snprintf(state.trouble, sizeof(state.trouble),
			 "the engine on %.120s does not tell how %.80s is (status %d)", socket,
			 service->config->container, answer->status);
	return state;
}

static void on_look(void *user, const struct http_answer *answer)
{
	struct driver_service *service = user;
	struct service_state state = read_look(service, answer);

	service->look = NULL;
	service->events.state(service->events.user, &state);
	if (service->stale) {
		docker_look(service);
		return;
	}
	if (service->acting != ACTION_LOOKING)
		return;
	action_move(service, ACTION_NONE);
	service->result.state = state;
	service->events.result(service->events.user, &service->result);
}

/* Looks, or makes the look under way be repeated. */
static void docker_look(struct driver_service *service)
{
	service->stale = service->look != NULL;
	if (service->look)
		return;
	service->look = ask_engine(
		service, "json",
		(struct http_request){.method = "GET", .timeout_ms = LOOK_TIMEOUT_MS, .done = on_look});
}

/* See docker_event_fn. A container may be configured by name, by id, or by the beginning of its id. */
static void on_event(void *user, const char *name, const char *id)
{
	const struct engine *engine = user;

	for (struct driver_service *service = engine->link->first; service; service = service->next) {
		const char *container = service->config->container;
		bool about = !name || strcmp(container, name) == 0 ||
			     strncmp(container, id, strlen(container)) == 0;

		if (about && strcmp(service->config->socket, engine->socket) == 0)
			docker_look(service);
	}
}

/* --- acting ------------------------------------------------------------------------------------- */

/* The engine gives its reason as {"message":"No such container: web"}. */
static void on_acted(void *user, const struct http_answer *answer)
{
	struct driver_service *service = user;
	struct driver_result *result = &service->result;
	const char *action = service_action_name(service->action), *container = service->config->container;
	const char *message = NULL;
	struct json *document = NULL;

	service->call = NULL;
	result->success = answer->status == 204 || answer->status == 304; /* done, or it was so already */
	result->timed_out = answer->status == 0 && clock_monotonic_ms() >= service->deadline_ms;
	if (result->success)
		driver_result_say(result, "%s of container %s done", action, container);
	else if (result->timed_out)
		driver_result_say(
			result, "%s of container %s did not finish within %lld s; the engine goes on with it",
			action, container, (long long)service->config->timeout_s);
	else if (answer->status == 0)
		driver_result_say(result, "%s of container %s failed: the engine does not answer on %s (%s)",
				  action, container, service->config->socket, answer->error);
	else
		driver_result_say(result, "%s of container %s failed", action, container);
	if (!result->success && answer->status) {
		if (json_parse(answer->body, answer->body_len, &document, NULL) == ERR_NONE)
			message = json_text(json_get(document, "message"));
		if (!message)
			message = answer->body;
		driver_result_add_output(result, message, strlen(message));
		json_free(document);
	}
	action_move(service, ACTION_LOOKING);
	docker_look(service);
}

static void docker_act(struct driver_service *service, enum service_action action)
{
	int64_t timeout_ms = service->config->timeout_s * 1000, grace_s = service->config->timeout_s / 2;
	struct buf what = {0};

	action_move(service, ACTION_CALLED);
	service->action = action;
	service->result = (struct driver_result){0};
	service->deadline_ms = clock_monotonic_ms() + timeout_ms;
	buf_text(&what, service_action_name(action));
	if (action != SERVICE_START)
		buf_printf(&what, "?t=%lld", (long long)(grace_s < GRACE_MAX_S ? grace_s : GRACE_MAX_S));
	service->call =
		ask_engine(service, what.data,
			   (struct http_request){
				   .method = "POST", .body = "", .timeout_ms = timeout_ms, .done = on_acted});
	buf_free(&what);
}

/* --- the driver --------------------------------------------------------------------------------- */

static struct driver_link *docker_connect(struct loop *loop)
{
	struct driver_link *link = mem_alloc(1, sizeof(*link));

	link->loop = loop;
	return link;
}

static void docker_disconnect(struct driver_link *link)
{
	if (!link)
		return;
	while (link->engines) {
		struct engine *engine = link->engines;

		link->engines = engine->next;
		docker_events_free(engine->events);
		free(engine);
	}
	free(link);
}

static struct driver_service *docker_open(struct driver_link *link, const struct config_service *config,
					  const struct driver_events *events)
{
	struct driver_service *service = mem_alloc(1, sizeof(*service));
	struct engine *engine = link->engines;

	*service = (struct driver_service){
		.link = link, .next = link->first, .config = config, .events = *events};
	link->first = service;
	while (engine && strcmp(engine->socket, config->socket) != 0)
		engine = engine->next;
	if (!engine) {
		engine = mem_alloc(1, sizeof(*engine));
		*engine = (struct engine){.link = link, .next = link->engines, .socket = config->socket};
		engine->events = docker_events_new(link->loop, config->socket, on_event, engine);
		link->engines = engine;
	}
	docker_look(service);
	return service;
}

static void docker_close(struct driver_service *service)
{
	struct driver_service **link;

	if (!service)
		return;
	for (link = &service->link->first; *link != service;)
		link = &(*link)->next;
	*link = service->next;
	http_client_cancel(service->look);
	http_client_cancel(service->call);
	free(service);
}

const struct driver driver_docker = {
	.name = "docker",
	.connect = docker_connect,
	.disconnect = docker_disconnect,
	.open = docker_open,
	.look = docker_look,
	.act = docker_act,
	.close = docker_close,
};
