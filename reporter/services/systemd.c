/*
 * The systemd driver: services that are units, looked at as systemd signals their changes. What a unit's
 * properties mean is for systemd_unit.c, what becomes of an action for systemd_action.c.
 *
 * A unit is looked at in two calls. LoadUnit turns the configured name, which may be an alias, into the path
 * of the unit's object, and GetAll asks that object for its properties. From then on the object signals
 * PropertiesChanged. The signal carries values too, but only those of one interface that changed, so we take
 * it only as a sign that something is new, and ask for everything again.
 *
 * What must stay true: an action ends only by an answer that was asked for after the last change. A change
 * during a GetAll marks that as stale: its answer is told, since it is newer than what was known, and another
 * GetAll follows. And everything that belongs to a connection (matches, calls, the object's path) goes with
 * it. A new connection, a reload of systemd's files and a new systemd each begin with LoadUnit again, because
 * the name may stand for another unit then.
 *
 * Without a connection nothing is asked and nothing waits: the services are SERVICE_ERROR, and an action ends
 * with what is known. The bus comes back by itself (dbus.c).
 */
#include "reporter/services/driver.h"

#include "common/clock.h"
#include "common/mem.h"
#include "reporter/base/dbus.h"
#include "reporter/services/systemd_action.h"
#include "reporter/services/systemd_names.h"
#include "reporter/services/systemd_unit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct driver_link {
	struct loop *loop;
	struct dbus *bus;
	struct systemd_actions actions;
	struct driver_service *first;
	sd_bus_slot *reloads, *owners; /* matches that serve all units */
	struct timer *unreachable;     /* answers a look while the bus is away */
};

struct driver_service {
	struct driver_link *link;
	struct driver_service *next;
	const struct config_service *config;
	struct driver_events events;
	struct service_state state;

	char *path;	      /* of the unit's object; NULL: not found out yet */
	sd_bus_slot *load;    /* LoadUnit under way */
	sd_bus_slot *changes; /* the match for the object's signals */
	sd_bus_slot *query;   /* GetAll under way */
	bool stale;	      /* something happened since that began */
	uint64_t entered_us;  /* systemd's time behind state.started_ms */

	struct systemd_action *action; /* NULL: none */
};

/* --- looking ------------------------------------------------------------------------------------ */

static const char UNREACHABLE[] = "systemd cannot be reached: the system's D-Bus is away";

static void ask_state(void *user);

/* Nobody can say how the unit is. `trouble` says why, and whose fault it is if it is not systemd's. */
static void tell_unknown(struct driver_service *service, const char *trouble)
{
	service->state = (struct service_state){.status = SERVICE_ERROR};
	snprintf(service->state.trouble, sizeof(service->state.trouble), "%s", trouble);
	service->events.state(service->events.user, &service->state);
}

/* The answer of GetAll. */
static int on_properties(sd_bus_message *reply, void *user, sd_bus_error *error)
{
	struct driver_service *service = user;
	struct service_state state = {.status = SERVICE_ERROR};
	const sd_bus_error *refusal = sd_bus_message_get_error(reply);
	struct systemd_unit unit = {0};

	(void)error;
	service->query = sd_bus_slot_unref(service->query);
	if (!refusal && systemd_unit_read(reply, &unit) >= 0)
		state = systemd_unit_state(&unit);
	else
		snprintf(state.trouble, sizeof(state.trouble), "systemd does not tell how %s is: %s",
			 service->config->unit, refusal && refusal->message ? refusal->message : "no answer");
	if (state.status == SERVICE_RUNNING && state.started_ms == 0 && unit.entered_us != 0) {
		int64_t age_ms = clock_monotonic_ms() - (int64_t)(unit.entered_us / 1000);

		/* The same moment must not move by a millisecond with every look. */
		if (unit.entered_us == service->entered_us && service->state.started_ms != 0)
			state.started_ms = service->state.started_ms;
		else
			state.started_ms = clock_now_ms() - age_ms;
	}
	service->entered_us = unit.entered_us;
	service->state = state;
	service->events.state(service->events.user, &state);
	if (service->stale)
		ask_state(service);
	else
		systemd_action_seen(service->action, &unit);
	return 0;
}

static int on_changed(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	(void)signal;
	(void)error;
	ask_state(user);
	return 0;
}

/* The answer of LoadUnit: the object's path, an error if the name is none of a unit. */
static int on_loaded(sd_bus_message *reply, void *user, sd_bus_error *error)
{
	struct driver_service *service = user;
	sd_bus *bus = sd_bus_message_get_bus(reply);
	const sd_bus_error *refusal = sd_bus_message_get_error(reply);
	const char *path = NULL;

	(void)error;
	service->load = sd_bus_slot_unref(service->load);
	if (refusal || sd_bus_message_read(reply, "o", &path) < 0) {
		tell_unknown(service,
			     refusal && refusal->message ? refusal->message : "systemd refuses its name");
		systemd_action_seen(service->action, NULL);
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

/* Also as systemd_action_events.look. */
static void ask_state(void *user)
{
	struct driver_service *service = user;
	sd_bus *bus = dbus_connection(service->link->bus);

	service->stale = service->query != NULL;
	if (service->query || !bus)
		return;
	if (!service->path) {
		load_unit(service);
		return;
	}
	/* "" asks for the properties of all interfaces at once: how a run ended stands in another than the
	 * state. */
	(void)sd_bus_call_method_async(bus, &service->query, SYSTEMD_NAME, service->path, DBUS_PROPERTIES,
				       "GetAll", on_properties, service, "s", "");
	dbus_flush(service->link->bus);
}

static void systemd_look(struct driver_service *service)
{
	if (!dbus_connection(service->link->bus))
		timer_start(service->link->unreachable, 0);
	else
		ask_state(service);
}

static void on_unreachable(void *user)
{
	struct driver_link *link = user;

	if (dbus_connection(link->bus))
		return; /* it has come back meanwhile, and every unit is looked at */
	for (struct driver_service *service = link->first; service; service = service->next)
		tell_unknown(service, UNREACHABLE);
}

/* --- acting ------------------------------------------------------------------------------------- */

static void on_action_done(void *user, struct driver_result *result)
{
	struct driver_service *service = user;

	service->action = NULL;
	result->state = service->state;
	service->events.result(service->events.user, result);
}

static void systemd_act(struct driver_service *service, enum service_action action)
{
	const struct systemd_action_events events = {
		.user = service, .look = ask_state, .done = on_action_done};

	assert(!service->action);
	service->action = systemd_action_start(&service->link->actions, service->config, action, &events);
}

/* --- the connection ----------------------------------------------------------------------------- */

/* Any name may stand for another unit now: systemd has read its files again, was itself replaced, or is
 * connected anew. */
static int on_reloaded(sd_bus_message *signal, void *user, sd_bus_error *error)
{
	struct driver_link *link = user;

	(void)signal;
	(void)error;
	/* systemd signals its changes to subscribers only. */
	(void)sd_bus_call_method_async(dbus_connection(link->bus), NULL, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH,
				       SYSTEMD_MANAGER, "Subscribe", NULL, NULL, NULL);
	for (struct driver_service *service = link->first; service; service = service->next)
		load_unit(service);
	return 0;
}

static void on_connected(void *user, sd_bus *bus)
{
	struct driver_link *link = user;

	systemd_actions_connected(&link->actions, bus);
	(void)sd_bus_match_signal_async(bus, &link->reloads, SYSTEMD_NAME, SYSTEMD_MANAGER_PATH,
					SYSTEMD_MANAGER, "Reloading", on_reloaded, NULL, link);
	(void)sd_bus_add_match_async(bus, &link->owners,
				     "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',"
				     "arg0='" SYSTEMD_NAME "'",
				     on_reloaded, NULL, link);
	on_reloaded(NULL, link, NULL);
}

static void drop_connection(struct driver_service *service)
{
	service->load = sd_bus_slot_unref(service->load);
	service->changes = sd_bus_slot_unref(service->changes);
	service->query = sd_bus_slot_unref(service->query);
	service->stale = false;
	free(service->path);
	service->path = NULL;
}

static void on_lost(void *user)
{
	struct driver_link *link = user;

	link->reloads = sd_bus_slot_unref(link->reloads);
	link->owners = sd_bus_slot_unref(link->owners);
	for (struct driver_service *service = link->first; service; service = service->next) {
		drop_connection(service);
		tell_unknown(service, UNREACHABLE);
	}
	systemd_actions_lost(&link->actions);
}

/* --- the driver --------------------------------------------------------------------------------- */

static struct driver_link *systemd_connect(struct loop *loop)
{
	struct driver_link *link = mem_alloc(1, sizeof(*link));
	const struct dbus_events events = {.user = link, .connected = on_connected, .lost = on_lost};

	link->loop = loop;
	link->bus = dbus_new(loop, &events);
	link->actions = (struct systemd_actions){.loop = loop, .bus = link->bus};
	link->unreachable = loop_timer(loop, on_unreachable, link);
	return link;
}

static void systemd_disconnect(struct driver_link *link)
{
	if (!link)
		return;
	sd_bus_slot_unref(link->reloads);
	sd_bus_slot_unref(link->owners);
	systemd_actions_lost(&link->actions); /* nothing runs any more */
	dbus_free(link->bus);
	timer_free(link->unreachable);
	free(link);
}

static struct driver_service *systemd_open(struct driver_link *link, const struct config_service *config,
					   const struct driver_events *events)
{
	struct driver_service *service = mem_alloc(1, sizeof(*service));

	*service = (struct driver_service){
		.link = link, .next = link->first, .config = config, .events = *events};
	link->first = service;
	load_unit(service);
	return service;
}

static void systemd_close(struct driver_service *service)
{
	struct driver_service **link;

	if (!service)
		return;
	for (link = &service->link->first; *link != service;)
		link = &(*link)->next;
	*link = service->next;
	systemd_action_drop(service->action);
	drop_connection(service);
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
