/*
 * Who gets what: subscribers, the topics they follow, and what waits for each of them. A frame goes out at
 * once to a subscriber for whom nothing waits; else it is queued by reference. A queue is bounded: once a
 * frame does not fit, that one and all that follow are dropped and counted until the queue has run empty,
 * so a slow subscriber costs a bounded amount of memory and slows nobody.
 */
#ifndef RELAY_HUB_H
#define RELAY_HUB_H

#include "relay/frame.h"

#include <stdbool.h>
#include <stddef.h>

#define HUB_QUEUE_FRAMES 1024
#define HUB_QUEUE_BYTES	 (4 * 1024 * 1024) /* a frame alone in the queue may be larger */

struct hub;
struct subscriber;

/* What a subscriber's owner does for it. None of these may join, leave or change subscriptions, but
 * `drained`. */
struct hub_outlet {
	bool (*send)(void *owner, struct frame *frame); /* now, or false: it has to wait */
	void (*wait)(void *owner);		      /* something waits: call hub_flush when it can go on */
	void (*overflow)(void *owner);		      /* the first frame was dropped */
	void (*drained)(void *owner, size_t dropped); /* everything has gone out, but for `dropped` frames */
};

struct hub *hub_new(void);
void hub_free(struct hub *hub); /* all subscribers have left */

struct subscriber *hub_join(struct hub *hub, const struct hub_outlet *outlet, void *owner);
void hub_leave(struct subscriber *subscriber);

void hub_subscribe(struct subscriber *subscriber, const char *topic); /* a second time changes nothing */
void hub_unsubscribe(struct subscriber *subscriber, const char *topic);

/* Whether anyone follows the topic: a frame nobody wants need not be built. */
bool hub_wanted(const struct hub *hub, const char *topic);

/* To all who follow the topic, and to one. The caller keeps its own reference. */
void hub_publish(struct hub *hub, const char *topic, struct frame *frame);
void hub_send(struct subscriber *subscriber, struct frame *frame);

/* hub_send that takes the caller's reference over. */
void hub_send_last(struct subscriber *subscriber, struct frame *frame);

/* Sends what waits, as far as the outlet takes it. */
void hub_flush(struct subscriber *subscriber);

/* Whether nothing waits. */
bool hub_is_idle(const struct subscriber *subscriber);

#endif
