/*
 * One report after another on the uplink: when the next one is due, the one on its way, and what an answer
 * means for the next. What a report says, and how often there has to be one, its owner knows.
 */
#ifndef REPORTER_REPORT_DELIVERY_H
#define REPORTER_REPORT_DELIVERY_H

#include "common/buf.h"
#include "reporter/base/loop.h"
#include "reporter/uplink/uplink.h"

#include <stdbool.h>
#include <stdint.h>

struct delivery;

/* No regular report: the next one is sent when somebody asks for it. */
#define DELIVERY_NO_INTERVAL (-1)

struct delivery_events {
	void *user;
	/* Appends the body of the report that leaves now. `last`: it is the goodbye. */
	void (*write)(void *user, bool last, struct buf *body);
	/* Takes an answer. Returns how many milliseconds after the report left the next one is due, or
	 * DELIVERY_NO_INTERVAL. A report that is asked for meanwhile follows this one. */
	int64_t (*take_answer)(void *user, const struct uplink_answer *answer);
	/* Called after that, when it is decided what follows; but not if the last report follows at once. */
	void (*answered)(void *user, const struct uplink_answer *answer);
};

/* Sends nothing until it is asked. `uplink` outlives it, and is NULL for an owner that never asks. */
struct delivery *delivery_new(struct loop *loop, struct uplink *uplink, const struct delivery_events *events);
void delivery_free(struct delivery *delivery); /* gives up the report on its way; NULL is nothing */

enum delivery_urgency {
	DELIVERY_NOW,  /* somebody asks for a report: in this turn of the loop */
	DELIVERY_SOON, /* something changed: not in a flood, and not while the back-off runs */
};

/* Asks for a report. If one is on its way, one more follows it, however often it was asked for. After
 * delivery_send_last it does nothing. */
void delivery_request(struct delivery *delivery, enum delivery_urgency urgency);

/* No report is due any more, and none follows the one on its way. */
void delivery_cancel(struct delivery *delivery);

/* Sends the last report: at once, or right after the answer to the one on its way, or that would be the
 * coordinator's last word of us. To be called once; afterwards nothing is sent any more. */
void delivery_send_last(struct delivery *delivery);

/* A report is due or on its way. */
bool delivery_is_pending(const struct delivery *delivery);

#endif
