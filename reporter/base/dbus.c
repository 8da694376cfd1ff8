/*
 * sd-bus on the loop: its descriptor, its timeout and the reconnection. It knows no service and no interface.
 *
 * sd-bus keeps its own time and its own queue, and works only inside sd_bus_process. So after each call of
 * that it is asked again which events and which point in time it waits for. sd_bus_open_system returns before
 * anybody has answered, which is why a connection counts as made only when sd-bus says that it is ready: a
 * dbus-daemon that accepts and then closes must not reset the back-off.
 */
#include "reporter/base/dbus.h"

#include "common/log.h"
#include "common/mem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RETRY_FIRST_MS 500
#define RETRY_MAX_MS   30000

enum state {
	STATE_AWAY,	  /* no connection; `retry` runs */
	STATE_CONNECTING, /* there is one, but nobody has answered on it yet */
	STATE_CONNECTED,
};

struct dbus {
	struct loop *loop;
	struct dbus_events events;
	enum state state;
	sd_bus *connection; /* NULL: away */
	struct watch *watch;
	struct timer *timeout; /* when sd-bus wants to be called even if nothing arrives: then an answer is
				  overdue */
	struct timer *retry;
	int64_t retry_ms;
	bool logged_away;
};

/* The one place where the state changes. */
static void set_state(struct dbus *bus, enum state state)
{
	switch (state) {
	case STATE_AWAY:
		break; /* from every state: a connection may be lost at any time, or never be made */
	case STATE_CONNECTING:
		assert(bus->state == STATE_AWAY && bus->connection);
		break;
	case STATE_CONNECTED:
		assert(bus->state == STATE_CONNECTING);
		bus->retry_ms = RETRY_FIRST_MS;
		if (bus->logged_away)
			log_info("dbus", "the system's D-Bus is back");
		bus->logged_away = false;
		break;
	}
	bus->state = state;
}

static void close_connection(struct dbus *bus)
{
	watch_free(bus->watch);
	bus->watch = NULL;
	timer_stop(bus->timeout);
	sd_bus_close(bus->connection);
	bus->connection = sd_bus_unref(bus->connection);
}

/* `error` is a negative errno. */
static void lose(struct dbus *bus, int error)
{
	bus->events.lost(
		bus->events.user); /* before the connection goes, to which the driver's slots belong */
	close_connection(bus);
	set_state(bus, STATE_AWAY);
	if (!bus->logged_away)
		log_warning("dbus", "the system's D-Bus is away, will try again error=\"%s\"",
			    strerror(-error));
	bus->logged_away = true;
	timer_start(bus->retry, bus->retry_ms);
	bus->retry_ms = bus->retry_ms * 2 < RETRY_MAX_MS ? bus->retry_ms * 2 : RETRY_MAX_MS;
}

/* Asks sd-bus what it waits for now, which changes with every step of its handshake. Negative errno. */
static int wait_for_more(struct dbus *bus)
{
	int events = sd_bus_get_events(bus->connection);
	uint64_t until_us = 0;
	int result = sd_bus_get_timeout(bus->connection, &until_us);
	struct timespec now;
	int64_t left_us;

	if (events < 0)
		return events;
	if (result < 0)
		return result;
	watch_change(bus->watch, (uint32_t)events);
	if (until_us == UINT64_MAX) {
		timer_stop(bus->timeout);
		return 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &now); /* the clock and the unit of sd_bus_get_timeout(3) */
	left_us = (int64_t)until_us - (int64_t)now.tv_sec * 1000000 - now.tv_nsec / 1000;
	timer_start(bus->timeout, left_us > 0 ? left_us / 1000 + 1 : 0);
	return 0;
}

/* Lets sd-bus do all that it can do now. It calls the driver's callbacks meanwhile. */
static void process(void *user)
{
	struct dbus *bus = user;
	int result;

	do
		result = sd_bus_process(bus->connection, NULL);
	while (result > 0);
	if (result < 0) {
		lose(bus, result);
		return;
	}
	if (sd_bus_is_open(bus->connection) <= 0) {
		lose(bus, -ECONNRESET);
		return;
	}
	result = wait_for_more(bus);
	if (result < 0)
		lose(bus, result);
	else if (bus->state == STATE_CONNECTING && sd_bus_is_ready(bus->connection) > 0)
		set_state(bus, STATE_CONNECTED);
}

static void on_ready(void *user, uint32_t events)
{
	(void)events;
	process(user);
}

static void connect_now(void *user)
{
	struct dbus *bus = user;
	int result = sd_bus_open_system(&bus->connection);
	int fd = result < 0 ? result : sd_bus_get_fd(bus->connection);

	if (fd < 0) {
		lose(bus, fd);
		return;
	}
	bus->watch = loop_watch(bus->loop, fd, 0, on_ready, bus);
	set_state(bus, STATE_CONNECTING);
	bus->events.connected(bus->events.user, bus->connection);
	dbus_flush(bus);
}

struct dbus *dbus_new(struct loop *loop, const struct dbus_events *events)
{
	struct dbus *bus = mem_alloc(1, sizeof(*bus));

	*bus = (struct dbus){.loop = loop, .events = *events, .retry_ms = RETRY_FIRST_MS};
	bus->timeout = loop_timer(loop, process, bus);
	bus->retry = loop_timer(loop, connect_now, bus);
	timer_start(bus->retry, 0);
	return bus;
}

void dbus_free(struct dbus *bus)
{
	if (!bus)
		return;
	close_connection(bus);
	timer_free(bus->timeout);
	timer_free(bus->retry);
	free(bus);
}

sd_bus *dbus_connection(const struct dbus *bus)
{
	return bus->connection;
}

void dbus_flush(struct dbus *bus)
{
	if (bus->connection)
		timer_start(bus->timeout, 0);
}
