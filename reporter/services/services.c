/*
 * The table of drivers, and for each listed service its newest state and the action under way. It decides
 * what may be done and which news matter; it does not know how a driver finds anything out.
 */
#include "reporter/services/services.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/result_code.h"
#include "reporter/services/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct driver *const DRIVERS[DRIVER_COUNT] = {
	[DRIVER_SYSTEMD] = &driver_systemd,
	[DRIVER_DOCKER] = &driver_docker,
	[DRIVER_EXEC] = &driver_exec,
};

/* The contract's words. */
static const char *const STATUS_NAMES[] = {[SERVICE_UNKNOWN] = NULL,
					   [SERVICE_RUNNING] = "running",
					   [SERVICE_STOPPED] = "stopped",
					   [SERVICE_ERROR] = "error"};

struct service {
	struct services *all;
	const struct config_service *config;
	const struct driver *driver;
	struct driver_service *handle;
	struct service_record record;
	struct timer *settle; /* when the record is looked at again by itself */
	bool fresh;	      /* the state was told since the last look */

	services_result_fn done; /* NULL: no action is under way */
	void *done_user;
	enum service_action action;
};

struct services {
	struct service *items;
	size_t count;
	struct driver_link *links[DRIVER_COUNT]; /* NULL: no service needs it */
	struct troubles *troubles;
	services_changed_fn changed;
	void *user;
};

/* --- what drivers tell -------------------------------------------------------------------------- */

static struct record_time now(void)
{
	return (struct record_time){.wall = clock_now_ms(), .monotonic = clock_monotonic_ms()};
}

/* Tells what is new in the record, and waits for what time alone may change in it. */
static void follow_record(struct service *service, bool changed)
{
	const struct service_state *shown = &service->record.shown;
	int64_t wait_ms = service_record_wait_ms(&service->record, clock_monotonic_ms());

	if (wait_ms >= 0)
		timer_start(service->settle, wait_ms);
	else
		timer_stop(service->settle);
	if (!changed)
		return;
	log_info("services", "service name=%s status=%s installed=%d detail=\"%s\"", service->config->name,
		 STATUS_NAMES[shown->status], shown->installed, shown->detail);
	service->all->changed(service->all->user);
}

static void on_settle(void *user)
{
	struct service *service = user;

	follow_record(service, service_record_settle(&service->record, now()));
}

static void on_state(void *user, const struct service_state *state)
{
	struct service *service = user;
	struct troubles *troubles = service->all->troubles;
	const char *name = service->config->name;

	service->fresh = true;
	if (*state->trouble) {
		if (troubles_begin(troubles, TROUBLE_SERVICE, name, state->trouble))
			log_warning("services", "cannot look name=%s: %s", name, state->trouble);
	} else if (troubles_end(troubles, TROUBLE_SERVICE, name, NULL)) {
		log_info("services", "can look again name=%s", name);
	}
	follow_record(service, service_record_take(&service->record, state, now()));
}

static void on_result(void *user, const struct driver_result *driver)
{
	struct service *service = user;
	services_result_fn done = service->done;
	enum result_code failure = driver->timed_out ? RESULT_TIMEOUT : RESULT_FAILED;
	struct services_result result = {
		.code = driver->success ? NULL : result_code_name(failure),
		.message = driver->message,
	};

	log_info("services", "action done name=%s action=%s success=%d message=%s", service->config->name,
		 service_action_name(service->action), driver->success, driver->message);
	service->done = NULL;
	if (driver->state.status != SERVICE_UNKNOWN) {
		on_state(service, &driver->state);
		result.status = STATUS_NAMES[service->record.shown.status];
	}
	done(service->done_user, &result);
}

/* --- all of them -------------------------------------------------------------------------------- */

struct services *services_new(struct loop *loop, const struct config *config, struct troubles *troubles,
			      services_changed_fn changed, void *user)
{
	struct services *services = mem_alloc(1, sizeof(*services));

	services->troubles = troubles;
	services->changed = changed;
	services->user = user;
	services->count = config->services_count;
	services->items = mem_alloc(services->count, sizeof(*services->items));
	for (size_t i = 0; i < services->count; i++) {
		const struct config_service *listed = &config->services[i];
		const struct driver *driver = DRIVERS[listed->driver];
		struct driver_link **link = &services->links[listed->driver];
		struct service *service = &services->items[i];

		if (!*link)
			*link = driver->connect(loop);
		*service = (struct service){.all = services, .config = listed, .driver = driver};
		service->settle = loop_timer(loop, on_settle, service);
		service->handle = driver->open(
			*link, listed,
			&(struct driver_events){.user = service, .state = on_state, .result = on_result});
	}
	return services;
}

void services_free(struct services *services)
{
	if (!services)
		return;
	for (size_t i = 0; i < services->count; i++) {
		services->items[i].driver->close(services->items[i].handle);
		timer_free(services->items[i].settle);
	}
	for (size_t i = 0; i < DRIVER_COUNT; i++)
		DRIVERS[i]->disconnect(services->links[i]);
	free(services->items);
	free(services);
}

void services_look(struct services *services)
{
	for (size_t i = 0; i < services->count; i++) {
		services->items[i].fresh = false;
		services->items[i].driver->look(services->items[i].handle);
	}
}

bool services_are_known(const struct services *services)
{
	for (size_t i = 0; i < services->count; i++) {
		if (!services->items[i].fresh)
			return false;
	}
	return true;
}

/* A moment, or null if nobody knows it. */
static void put_time(struct json_out *out, const char *key, int64_t ms)
{
	if (ms > 0)
		json_put_time(out, key, ms);
	else
		json_put_null(out, key);
}

static void write_service(const struct service *service, struct json_out *out, int64_t now_ms)
{
	const struct service_state *state = &service->record.shown;

	json_open_member(out, service->config->name, '{');
	json_put_text(out, "status", STATUS_NAMES[state->status]);
	json_put_bool(out, "installed", state->installed);
	json_put_text(out, "description", service->config->description);
	json_put_text(out, "driver", service->driver->name);
	if (state->status == SERVICE_RUNNING && state->started_ms > 0 && state->started_ms <= now_ms)
		json_put_integer(out, "uptime", (now_ms - state->started_ms) / 1000);
	else
		json_put_null(out, "uptime");
	json_put_text(out, "detail", *state->detail ? state->detail : NULL);
	put_time(out, "since", state->since_ms);
	if (state->restarts_known)
		json_put_integer(out, "restarts", state->restarts);
	else
		json_put_null(out, "restarts");
	if (*state->failure) {
		json_open_member(out, "last_failure", '{');
		put_time(out, "at", state->failed_ms);
		json_put_text(out, "message", state->failure);
		json_close(out, '}');
	} else {
		json_put_null(out, "last_failure");
	}
	json_open_member(out, "actions", '[');
	for (int action = 0; action < SERVICE_ACTION_COUNT; action++) {
		if (service->config->actions & 1U << action)
			json_put_text(out, NULL, service_action_name((enum service_action)action));
	}
	json_close(out, ']');
	json_close(out, '}');
}

void services_write(const struct services *services, struct json_out *out, const char *key, int64_t now_ms)
{
	json_open_member(out, key, '{');
	for (size_t i = 0; i < services->count; i++) {
		if (services->items[i].record.shown.status != SERVICE_UNKNOWN)
			write_service(&services->items[i], out, now_ms);
	}
	json_close(out, '}');
}

/* --- actions ------------------------------------------------------------------------------------ */

void services_act(struct services *services, const char *name, const char *action, services_result_fn done,
		  void *user)
{
	struct service *service = NULL;
	enum service_action wanted;
	enum result_code refusal;
	struct reason why;

	for (size_t i = 0; i < services->count && !service; i++) {
		if (strcmp(services->items[i].config->name, name) == 0)
			service = &services->items[i];
	}
	if (!service) {
		refusal = RESULT_UNKNOWN_SERVICE;
		snprintf(why.text, sizeof(why.text), "this worker lists no service \"%.80s\"", name);
	} else if (service_action_parse(action, &wanted) != ERR_NONE ||
		   !(service->config->actions & 1U << wanted)) {
		refusal = RESULT_ACTION_NOT_ALLOWED;
		snprintf(why.text, sizeof(why.text), "this worker does not allow \"%.40s\" of %s", action,
			 name);
	} else if (service->done) {
		refusal = RESULT_BUSY;
		snprintf(why.text, sizeof(why.text), "%s of %s is still under way",
			 service_action_name(service->action), name);
	} else {
		service->action = wanted;
		service->done = done;
		service->done_user = user;
		service->driver->act(service->handle, wanted);
		return;
	}
	log_warning("services", "action refused code=%s: %s", result_code_name(refusal), why.text);
	done(user, &(struct services_result){
			   .code = result_code_name(refusal),
			   .message = why.text,
			   .status = service ? STATUS_NAMES[service->record.shown.status] : NULL,
		   });
}
