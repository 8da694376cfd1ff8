/* sd-bus on the loop: descriptor, timeout and reconnection. Knows no service and no interface. */
#include "reporter/base/dbus.h"

#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RETRY_FIRST_MS 500
#define RETRY_MAX_MS   30000

struct dbus {
	struct loop *loop;
	struct dbus_events events;
	sd_bus *connection;
	struct watch *watch;
	struct timer *timeout; /* sd-bus's own: an answer is overdue */
	struct timer *retry;
	int64_t retry_ms;
	bool told_lost; /* the failure was logged */
};

static void disconnect(struct dbus *bus)
{
	watch_free(bus->watch);
	bus->watch = NULL;
	timer_stop(bus->timeout);
	sd_bus_close(bus->connection);
	bus->connection = sd_bus_unref(bus->connection);
}

static void retry_later(struct dbus *bus, int error)
{
	if (!bus->told_lost)
		log_warning("bus", "the system's bus is away, tried again error=\"%s\"", strerror(-error));
	bus->told_lost = true;
	timer_start(bus->retry, bus->retry_ms);
	bus->retry_ms = bus->retry_ms * 2 < RETRY_MAX_MS ? bus->retry_ms * 2 : RETRY_MAX_MS;
}

static void lose(struct dbus *bus, int error)
{
	bus->events.lost(bus->events.user);
	disconnect(bus);
	retry_later(bus, error);
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What sd-bus waits for now. Its descriptor may change while it connects. */
static int wait_for_more(struct dbus *bus)
{
	int events = sd_bus_get_events(bus->connection);
	uint64_t until_us = 0;
	int result = sd_bus_get_timeout(bus->connection, &until_us);

	if (events < 0)
		return events;
	if (result < 0)
		return result;
	watch_change(bus->watch, (uint32_t)events);
	if (until_us == UINT64_MAX) {
		timer_stop(bus->timeout);
	} else {
		int64_t left_us = (int64_t)until_us - now_us();

		timer_start(bus->timeout, left_us > 0 ? left_us / 1000 + 1 : 0);
	}
	return 0;
}

/* The first proof that somebody is there. */
static void note_reached(struct dbus *bus)
{
	if (sd_bus_is_ready(bus->connection) <= 0)
		return;
	if (bus->told_lost)
		log_info("bus", "the system's bus is back");
	bus->told_lost = false;
	bus->retry_ms = RETRY_FIRST_MS;
}

static void process(void *user)
{
	struct dbus *bus = user;
	int result;

	do
		result = sd_bus_process(bus->connection, NULL);
	while (result > 0);
	if (result >= 0 && sd_bus_is_open(bus->connection) <= 0)
		result = -ECONNRESET;
	if (result >= 0)
		result = wait_for_more(bus);
	if (result < 0)
		lose(bus, result);
	else
		note_reached(bus);
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
	disconnect(bus);
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
