/*
 * The system's message bus on the loop: one connection that comes back by itself. What is said on it is the
 * driver's business.
 */
#ifndef REPORTER_BASE_DBUS_H
#define REPORTER_BASE_DBUS_H

#include "reporter/base/loop.h"

#include <systemd/sd-bus.h>

struct dbus;

struct dbus_events {
	void *user;
	void (*connected)(void *user,
			  sd_bus *bus); /* again after each loss: matches and calls are to be made anew */
	void (*lost)(void *user);	/* … or not reached; slots of the old connection must be dropped */
};

/* Never fails: a bus that is away is tried again with back-off, logged once at each change. */
struct dbus *dbus_new(struct loop *loop, const struct dbus_events *events);
void dbus_free(struct dbus *bus); /* NULL is nothing; `lost` is not called */

sd_bus *dbus_connection(const struct dbus *bus); /* NULL while it is away */

/* After calls were made outside of the bus's own callbacks: sends them this turn. */
void dbus_flush(struct dbus *bus);

#endif
