/*
 * Services that are systemd's units: states as systemd signals them, actions as its jobs. What a unit's
 * properties mean is for systemd_unit.c, how a job ends for systemd_jobs.c.
 */
#include "reporter/services/driver.h"

#include "common/buf.h"
#include "common/clock.h"
#include "common/mem.h"
#include "reporter/base/dbus.h"
#include "reporter/services/driver_result.h"
#include "reporter/services/journal_tail.h"
#include "reporter/services/state_notifier.h"
#include "reporter/services/systemd_jobs.h"
#include "reporter/services/systemd_names.h"
#include "reporter/services/systemd_unit.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SETTLE_MS     500 /* a program that cannot run ends within this, though its job is "done" */
#define JOURNAL_LINES 6

struct driver_link {
	struct loop *loop;
	struct dbus *bus;
	struct systemd_jobs *jobs;
	struct driver_service *first;
	sd_bus_slot *reloads, *owners; /* matches that serve all units */
	struct timer *unreachable;     /* tells who asked while the bus is away */
};

enum action_state {
	ACTION_NONE,
	ACTION_JOB,	 /* systemd works on it */
	ACTION_SETTLING, /* done, but does it stay up? */
	ACTION_ENDING,	 /* the last look is under way */
};

struct driver_service {
	struct driver_link *link;
	struct driver_service *next;
	const struct config_service *config;
	struct state_notifier told;
	char *path;			     /* the unit's object; NULL: not found out yet */
	sd_bus_slot *load, *changes, *query; /* calls under way, and the match for its signals */
	uint64_t entered_us;		     /* systemd's time behind told.now.started_ms */
	bool stale;			     /* something happened since the query under way began */

	enum action_state acting;
	enum service_action action;
	struct systemd_job *job;
	struct timer *settle;
	struct driver_result result;
	driver_result_fn done;
	void *done_user;
};

static const char *const METHODS[SERVICE_ACTION_COUNT] = {
	[SERVICE_START] = "StartUnit",
	[SERVICE_STOP] = "StopUnit",
	[SERVICE_RESTART] = "RestartUnit",
};

static void ask_state(struct driver_service *service);

/* --- telling ------------------------------------------------------------------------------------ */

static void finish_action(struct driver_service *service)
{
	timer_stop(service->settle);
	service->acting = ACTION_NONE;
	service->result.state = service->told.now;
	service->done(service->done_user, &service->result);
}

/* SAMPLE start of web.service failed (exit-code, exit status 1): Started Web. … */
static void explain_failure(struct driver_service *service, const struct systemd_unit *unit)
{
	struct buf why = {0}, lines = {0};

	if (*unit->result && strcmp(unit->result, "success") != 0)
		buf_printf(&why, ", %s", unit->result);
	if (unit->exit_code == CLD_EXITED && unit->exit_status != 0)
		buf_printf(&why, ", exit status %d", unit->exit_status);
	else if (unit->exit_code == CLD_KILLED || unit->exit_code == CLD_DUMPED)
		buf_printf(&why, ", signal %d", unit->exit_status);
	if (why.len)
		driver_result_say(&service->result, "%s (%s)", service->result.message, why.data + 2);
	journal_tail(&lines, service->config->unit, JOURNAL_LINES);
	driver_result_add_output(&service->result, buf_string(&lines), lines.len);
	buf_free(&why);
	buf_free(&lines);
}

static void say_end(struct driver_service *service, bool success, const char *what)
{
	service->result.success = success;
	driver_result_say(&service->result, "%s of %s %s", service_action_name(service->action),
			  service->config->unit, what);
}

/* --- looking ------------------------------------------------------------------------------------ */

static int64_t started_ms(const struct driver_service *service, const struct systemd_unit *unit)
{
	int64_t age_ms = clock_monotonic_ms() - (int64_t)(unit->entered_us / 1000);

	if (unit->entered_us == 0)
		return 0;
	/* The same moment must not move by a millisecond with every look. */
	if (unit->entered_us != service->entered_us || service->told.now.started_ms == 0)
		return clock_now_ms() - age_ms;
	return service->told.now.started_ms;
}

/* What the new state means for the action under way. */
static void go_on(struct driver_service *service, const struct systemd_unit *unit)
{
	bool failed = service->told.now.status == SERVICE_ERROR;

	if (service->acting == ACTION_SETTLING && failed) {
		service->acting = ACTION_ENDING;
		say_end(service, false, "failed right after it was done");
		ask_state(service);
	} else if (service->acting == ACTION_ENDING) {
		if (!service->result.success)
			explain_failure(service, unit);
		finish_action(service);
	}
}

static int on_properties(sd_bus_message *reply, void *user, sd_bus_error *error)
{
	struct driver_service *service = user;
	struct service_state state = {.status = SERVICE_ERROR};
	struct systemd_unit unit = {0};

	(void)error;
	service->query = sd_bus_slot_unref(service->query);
	if (!sd_bus_message_is_method_error(reply, NULL) && systemd_unit_read(reply, &unit) >= 0)
		state = systemd_unit_state(&unit);
	if (state.status == SERVICE_RUNNING)
		state.started_ms = started_ms(service, &unit);
	service->entered_us = unit.entered_us;
	state_notifier_set(&service->told, &state);
	if (service->stale)
		ask_state(service);
	else
		go_on(service, &unit);
	return 0;
}

static int on_changed(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	(void)signal;
	(void)error;
	ask_state(user);
	return 0;
}

/* The unit's object may be called otherwise than its configured name, which may be an alias. */
static int on_loaded(sd_bus_message *reply, void *user, sd_bus_error *error)
{
	struct driver_service *service = user;
	sd_bus *bus = sd_bus_message_get_bus(reply);
	const char *path = NULL;

	(void)error;
	service->load = sd_bus_slot_unref(service->load);
	if (sd_bus_message_is_method_error(reply, NULL) || sd_bus_message_read(reply, "o", &path) < 0) {
		state_notifier_set_unreachable(&service->told);
		if (service->acting == ACTION_ENDING)
			finish_action(service);
		return 0;
	}
	if (!service->path || strcmp(service->path, path) != 0) {
		free(service->path);
		service->path = mem_text(path);
		service->changes = sd_bus_slot_unref(service->changes);
		(void)sd_bus_match_signal_async(bus, &service->changes, SYSTEMD_NAME, path, DBUS_PROPERTIES,
						"PropertiesChanged", on_changed, NULL, service);
	}
	ask_state(service);
	return 0;
}

static void load_unit(struct driver_service *service)
{
	sd_bus *bus = dbus_connection(service->link->bus);

	service->load = sd_bus_slot_unref(service->load);
	if (bus)
		(void)sd_bus_call_method_async(bus, &service->load, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH,
					       SYSTEMD_MANAGER, "LoadUnit", on_loaded, service, "s",
					       service->config->unit);
	dbus_flush(service->link->bus);
}

/* At the end of an action that failed everything is asked for: the reason is a property of the unit's kind.
 */
static void ask_state(struct driver_service *service)
{
	bool why = service->acting == ACTION_ENDING && !service->result.success;
	sd_bus *bus = dbus_connection(service->link->bus);

	service->stale = service->query != NULL;
	if (service->query || !bus)
		return;
	if (!service->path) {
		load_unit(service);
		return;
	}
	(void)sd_bus_call_method_async(bus, &service->query, SYSTEMD_NAME, service->path, DBUS_PROPERTIES,
				       "GetAll", on_properties, service, "s", why ? "" : SYSTEMD_UNIT);
	dbus_flush(service->link->bus);
}

/* --- acting ------------------------------------------------------------------------------------- */

static void on_settled(void *user)
{
	struct driver_service *service = user;

	service->acting = ACTION_ENDING;
	ask_state(service);
}

/* SAMPLE failed, job result: dependency */
static void say_result(struct driver_service *service, const char *result)
{
	struct buf what = {0};

	buf_text(&what, "failed");
	if (strcmp(result, "failed") != 0)
		buf_printf(&what, ", job result: %s", result);
	say_end(service, false, what.data);
	buf_free(&what);
}

static void on_job_end(void *user, const struct systemd_job_end *end)
{
	struct driver_service *service = user;
	bool success =
		end->result && (strcmp(end->result, "done") == 0 || strcmp(end->result, "skipped") == 0);

	service->job = NULL;
	service->result.timed_out = end->timed_out;
	if (!end->result) {
		say_end(service, false, "failed");
		driver_result_add_output(&service->result, end->why, strlen(end->why));
		finish_action(service);
	} else if (success) {
		say_end(service, true, "done");
		service->acting = ACTION_SETTLING;
		timer_start(service->settle, service->action == SERVICE_STOP ? 0 : SETTLE_MS);
	} else {
		say_result(service, end->result);
		service->acting = ACTION_ENDING;
		ask_state(service);
	}
}

static void systemd_act(struct driver_service *service, enum service_action action, driver_result_fn done,
			void *user)
{
	service->acting = ACTION_JOB;
	service->action = action;
	service->done = done;
	service->done_user = user;
	service->result = (struct driver_result){0};
	service->job = systemd_job_start(service->link->jobs, METHODS[action], service->config->unit,
					 service->config->timeout_s * 1000, on_job_end, service);
}

/* --- the connection ----------------------------------------------------------------------------- */

static void subscribe(sd_bus *bus)
{
	(void)sd_bus_call_method_async(bus, NULL, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH, SYSTEMD_MANAGER,
				       "Subscribe", NULL, NULL, NULL);
}

/* systemd has read its files again, or was itself replaced: any unit may be another one now. */
static int on_reloaded(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	struct driver_link *link = user;

	(void)error;
	subscribe(sd_bus_message_get_bus(signal));
	for (struct driver_service *service = link->first; service; service = service->next)
		load_unit(service);
	return 0;
}

static void on_connected(void *user, sd_bus *bus)
{
	struct driver_link *link = user;

	systemd_jobs_connected(link->jobs, bus);
	(void)sd_bus_match_signal_async(bus, &link->reloads, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH,
					SYSTEMD_MANAGER, "Reloading", on_reloaded, NULL, link);
	(void)sd_bus_add_match_async(bus, &link->owners,
				     "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',"
				     "arg0='" SYSTEMD_NAME "'",
				     on_reloaded, NULL, link);
	subscribe(bus);
	for (struct driver_service *service = link->first; service; service = service->next)
		load_unit(service);
}

static void drop_slots(struct driver_service *service)
{
	service->load = sd_bus_slot_unref(service->load);
	service->changes = sd_bus_slot_unref(service->changes);
	service->query = sd_bus_slot_unref(service->query);
	free(service->path);
	service->path = NULL;
	service->stale = false;
}

static void on_lost(void *user)
{
	struct driver_link *link = user;

	link->reloads = sd_bus_slot_unref(link->reloads);
	link->owners = sd_bus_slot_unref(link->owners);
	systemd_jobs_lost(link->jobs);
	for (struct driver_service *service = link->first; service; service = service->next) {
		drop_slots(service);
		state_notifier_set_unreachable(&service->told);
		if (service->acting != ACTION_NONE)
			finish_action(service);
	}
}

static void on_unreachable(void *user)
{
	struct driver_link *link = user;

	for (struct driver_service *service = link->first; service; service = service->next)
		if (service->told.asked && !dbus_connection(link->bus))
			state_notifier_set_unreachable(&service->told);
}

/* --- the driver --------------------------------------------------------------------------------- */

static struct driver_link *systemd_connect(struct loop *loop)
{
	struct driver_link *link = mem_alloc(1, sizeof(*link));
	const struct dbus_events events = {.user = link, .connected = on_connected, .lost = on_lost};

	link->loop = loop;
	link->bus = dbus_new(loop, &events);
	link->jobs = systemd_jobs_new(loop, link->bus);
	link->unreachable = loop_timer(loop, on_unreachable, link);
	return link;
}

static void systemd_disconnect(struct driver_link *link)
{
	if (!link)
		return;
	sd_bus_slot_unref(link->reloads);
	sd_bus_slot_unref(link->owners);
	systemd_jobs_free(link->jobs);
	dbus_free(link->bus);
	timer_free(link->unreachable);
	free(link);
}

static struct driver_service *systemd_open(struct driver_link *link, const struct config_service *config,
					   driver_state_fn state, void *user)
{
	struct driver_service *service = mem_alloc(1, sizeof(*service));

	*service = (struct driver_service){.link = link,
					   .next = link->first,
					   .config = config,
					   .told = {.changed = state, .user = user},
					   .settle = loop_timer(link->loop, on_settled, service)};
	link->first = service;
	load_unit(service);
	return service;
}

static void systemd_look(struct driver_service *service)
{
	service->told.asked = true;
	if (!dbus_connection(service->link->bus))
		timer_start(service->link->unreachable, 0);
	else
		ask_state(service);
}

static void systemd_close(struct driver_service *service)
{
	struct driver_service **link;

	if (!service)
		return;
	for (link = &service->link->first; *link != service;)
		link = &(*link)->next;
	*link = service->next;
	systemd_job_drop(service->job);
	drop_slots(service);
	timer_free(service->settle);
	free(service);
}

const struct driver driver_systemd = {
	.name = "systemd",
	.connect = systemd_connect,
	.disconnect = systemd_disconnect,
	.open = systemd_open,
	.look = systemd_look,
	.act = systemd_act,
	.close = systemd_close,
};
