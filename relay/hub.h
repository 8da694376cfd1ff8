/*
 * Who gets what: subscribers, the topics they follow, and what waits for each of them. A topic is a name; it
 * exists as long as somebody follows it. A frame goes out at once to a subscriber for whom nothing waits;
 * else it is queued by reference.
 *
 * Queues are bounded. Once a frame does not fit into a subscriber's queue, that one and all that follow are
 * dropped and counted until the queue has run empty. So a slow subscriber costs a bounded amount of memory,
 * and slows nobody.
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

/* What a subscriber's owner does for it. None of these may join or leave, or change subscriptions, but
 * `drained`. */
struct hub_outlet {
	/* Sends the frame now; false: it has to wait. The frame is the caller's. */
	bool (*send)(void *owner, struct frame *frame);

	/* Something waits: call hub_flush when it can go on. */
	void (*wait)(void *owner);

	/* The first frame was dropped. */
	void (*overflow)(void *owner);

	/* All that waited has gone out; `dropped` frames have not. */
	void (*drained)(void *owner, size_t dropped);
};

struct hub *hub_new(void);
void hub_free(struct hub *hub); /* all subscribers have left; NULL is nothing */

struct subscriber *hub_join(struct hub *hub, const struct hub_outlet *outlet, void *owner);

/* Ends the subscriptions and forgets what waits. NULL is nothing. */
void hub_leave(struct subscriber *subscriber);

/* A second time changes nothing. */
void hub_subscribe(struct subscriber *subscriber, const char *topic);
void hub_unsubscribe(struct subscriber *subscriber, const char *topic);

/* Whether anyone follows the topic: a frame that nobody wants need not be built. */
bool hub_wanted(const struct hub *hub, const char *topic);

/* Sends a frame to all who follow the topic, or to one. The caller keeps its own reference. */
void hub_publish(struct hub *hub, const char *topic, struct frame *frame);
void hub_send(struct subscriber *subscriber, struct frame *frame);

/* hub_send that takes the caller's reference over. */
void hub_send_last(struct subscriber *subscriber, struct frame *frame);

/* Sends what waits, as far as the outlet takes it. */
void hub_flush(struct subscriber *subscriber);

/* Whether nothing waits. */
bool hub_is_idle(const struct subscriber *subscriber);

#endif
