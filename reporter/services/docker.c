/*
 * Services that are containers of a Docker engine, by its API on a unix socket. Its containers' states are
 * docker_container.c's business, its events docker_events.c's.
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
#include "reporter/services/state_notifier.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_TIMEOUT_MS 10000
#define GRACE_MAX_S                                                                             \
	10 /* between the signal to end and the one that kills, as Docker's own clients have it \
	    */

/* An engine, by its socket. */
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

struct driver_service {
	struct driver_link *link;
	struct driver_service *next;
	const struct config_service *config;
	struct state_notifier told;
	struct http_exchange *look;
	bool stale; /* something happened since the look under way began */

	/* The action under way; `done` NULL: none. */
	driver_result_fn done;
	void *done_user;
	enum service_action action;
	struct http_exchange *call;
	int64_t deadline_ms; /* monotonic */
	struct driver_result result;
};

/* A request for this container; `url` gets its memory. */
static struct http_request request_for(const struct driver_service *service, const char *method,
				       const char *what, struct buf *url)
{
	buf_text(url, "http://localhost/containers/");
	for (const char *c = service->config->container; *c; c++)
		if (isalnum((unsigned char)*c) || strchr("._-", *c))
			buf_char(url, *c);
		else
			buf_printf(url, "%%%02X", (unsigned char)*c);
	buf_printf(url, "/%s", what);
	return (struct http_request){
		.method = method, .url = url->data, .unix_path = service->config->socket};
}

/* --- looking ------------------------------------------------------------------------------------ */

static void finish_action(struct driver_service *service)
{
	driver_result_fn done = service->done;

	service->done = NULL;
	service->result.state = service->told.now;
	done(service->done_user, &service->result);
}

static void start_look(struct driver_service *service);

static void on_look(void *user, const struct http_answer *answer)
{
	struct driver_service *service = user;
	struct service_state state = {.status = SERVICE_ERROR};

	service->look = NULL;
	if (answer->status == 200 &&
	    docker_container_read(answer->body, answer->body_len, &state) != ERR_NONE)
		state = (struct service_state){.status = SERVICE_ERROR};
	state_notifier_set(&service->told, &state);
	if (service->stale)
		start_look(service);
	else if (service->done && !service->call)
		finish_action(service);
}

static void start_look(struct driver_service *service)
{
	struct buf url = {0};
	struct http_request request;

	service->stale = service->look != NULL;
	if (service->look)
		return;
	request = request_for(service, "GET", "json", &url);
	request.timeout_ms = LOOK_TIMEOUT_MS;
	request.done = on_look;
	request.user = service;
	service->look = http_client_start(loop_http_client(service->link->loop), &request);
	buf_free(&url);
}

/* `container` may be configured by name, by id, or by the beginning of its id. */
static bool is_about(const struct driver_service *service, const char *name, const char *id)
{
	const char *container = service->config->container;

	return !name || strcmp(container, name) == 0 || strncmp(container, id, strlen(container)) == 0;
}

static void on_event(void *user, const char *name, const char *id)
{
	const struct engine *engine = user;

	for (struct driver_service *service = engine->link->first; service; service = service->next)
		if (strcmp(service->config->socket, engine->socket) == 0 && is_about(service, name, id))
			start_look(service);
}

/* --- acting ------------------------------------------------------------------------------------- */

/* The engine's own sentence: {"message":"No such container: web"} */
static void add_reason(struct driver_result *result, const struct http_answer *answer)
{
	struct json *document = NULL;
	const char *message = NULL;

	if (json_parse(answer->body, answer->body_len, &document, NULL) == ERR_NONE)
		message = json_text(json_get(document, "message"));
	if (!message)
		message = answer->body;
	driver_result_add_output(result, message, strlen(message));
	json_free(document);
}

static void on_acted(void *user, const struct http_answer *answer)
{
	struct driver_service *service = user;
	struct driver_result *result = &service->result;
	const char *action = service_action_name(service->action), *container = service->config->container;

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
	if (!result->success && answer->status)
		add_reason(result, answer);
	start_look(service);
}

static void docker_act(struct driver_service *service, enum service_action action, driver_result_fn done,
		       void *user)
{
	int64_t timeout_ms = service->config->timeout_s * 1000, grace_s = service->config->timeout_s / 2;
	struct buf url = {0}, what = {0};
	struct http_request request;

	service->action = action;
	service->done = done;
	service->done_user = user;
	service->result = (struct driver_result){0};
	service->deadline_ms = clock_monotonic_ms() + timeout_ms;
	buf_text(&what, service_action_name(action));
	if (action != SERVICE_START)
		buf_printf(&what, "?t=%lld", (long long)(grace_s < GRACE_MAX_S ? grace_s : GRACE_MAX_S));
	request = request_for(service, "POST", what.data, &url);
	request.timeout_ms = timeout_ms;
	request.body = "";
	request.done = on_acted;
	request.user = service;
	service->call = http_client_start(loop_http_client(service->link->loop), &request);
	buf_free(&what);
	buf_free(&url);
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

static void listen_to(struct driver_link *link, const char *socket)
{
	struct engine *engine = link->engines;

	while (engine && strcmp(engine->socket, socket) != 0)
		engine = engine->next;
	if (engine)
		return;
	engine = mem_alloc(1, sizeof(*engine));
	*engine = (struct engine){.link = link, .next = link->engines, .socket = socket};
	engine->events = docker_events_new(link->loop, socket, on_event, engine);
	link->engines = engine;
}

static struct driver_service *docker_open(struct driver_link *link, const struct config_service *config,
					  driver_state_fn state, void *user)
{
	struct driver_service *service = mem_alloc(1, sizeof(*service));

	*service = (struct driver_service){.link = link,
					   .next = link->first,
					   .config = config,
					   .told = {.changed = state, .user = user}};
	link->first = service;
	listen_to(link, config->socket);
	start_look(service);
	return service;
}

static void docker_look(struct driver_service *service)
{
	service->told.asked = true;
	start_look(service);
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
