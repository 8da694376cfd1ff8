/*
 * The system's D-Bus on the loop: one connection that comes back by itself. What is said on it is the
 * driver's business.
 */
#ifndef REPORTER_BASE_DBUS_H
#define REPORTER_BASE_DBUS_H

#include "reporter/base/loop.h"

#include <systemd/sd-bus.h>

struct dbus;

struct dbus_events {
	void *user;
	/* There is a new connection; it may not be authenticated yet, but calls can be made. Called again
	 * after each loss: matches and calls of the old connection are gone. */
	void (*connected)(void *user, sd_bus *bus);
	/* The connection was lost, or could not be made. Slots of the old one must be dropped now. */
	void (*lost)(void *user);
};

/* Never fails, and calls nothing yet: the connection is made from the loop. A bus that is away is tried again
 * with back-off; that it is away, and that it is back, is logged once. */
struct dbus *dbus_new(struct loop *loop, const struct dbus_events *events);

/* Closes the connection without calling `lost`. NULL is nothing. */
void dbus_free(struct dbus *bus);

/* The connection, which is the bus's own; NULL while it is away. */
sd_bus *dbus_connection(const struct dbus *bus);

/* Sends what was queued outside of the bus's own callbacks. Needed after calls made there, because sd-bus
 * only queues them and the loop would not learn of it. */
void dbus_flush(struct dbus *bus);

#endif
