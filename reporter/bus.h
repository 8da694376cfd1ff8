/*
 * The system's message bus on the loop: one connection that comes back by itself. What is said on it is the
 * driver's business.
 */
#ifndef REPORTER_BUS_H
#define REPORTER_BUS_H

#include "reporter/loop.h"

#include <systemd/sd-bus.h>

struct bus;

struct bus_events {
	void *user;
	void (*connected)(void *user,
			  sd_bus *bus); /* again after each loss: matches and calls are to be made anew */
	void (*lost)(void *user);	/* … or not reached; slots of the old connection must be dropped */
};

/* Never fails: a bus that is away is tried again with back-off, logged once at each change. */
struct bus *bus_new(struct loop *loop, const struct bus_events *events);
void bus_free(struct bus *bus); /* NULL is nothing; `lost` is not called */

sd_bus *bus_connection(const struct bus *bus); /* NULL while it is away */

/* After calls were made outside of the bus's own callbacks: sends them this turn. */
void bus_flush(struct bus *bus);

#endif
