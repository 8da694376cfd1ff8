/*
 * Topics, subscribers and their queues. Knows neither the network nor Redis nor what a frame says.
 *
 * The problem: ten thousand log lines a second for a thousand browsers, of which some are on a train. A line
 * must reach those who can take it at once, and those who cannot must neither hold it up nor make the relay
 * grow. The idea: a frame is built once and shared by reference, each subscriber has a queue of references,
 * and the queue has an end.
 *
 * What happens at that end decides the rest. To drop the oldest frames would leave holes that the client
 * cannot see; to drop the client would have it come back, ask for everything, and be too slow again. So a
 * queue that is full takes nothing more until it has run empty. Then its owner is told how many frames are
 * missing, and begins anew from what is true then, which is less than what was missed.
 *
 * A subscription is one object in two lists, of its subscriber and of its topic, so that it is found and
 * ended from both sides. While a frame is published its topic's list must not change: the outlet's functions
 * run in the middle of it.
 */
#include "relay/hub.h"

#include "common/map.h"
#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct queued {
	STAILQ_ENTRY(queued) link;
	struct frame *frame;
};

struct subscriber {
	struct hub *hub;
	const struct hub_outlet *outlet;
	void *owner;
	LIST_HEAD(subscriptions_of_subscriber, subscription) subscriptions;
	STAILQ_HEAD(frame_queue, queued) queue;
	size_t frames, bytes; /* in the queue */
	size_t dropped;	      /* since the queue ran full; 0: it has not */
};

/* One subscriber's interest in one topic. */
struct subscription {
	struct topic *topic;
	struct subscriber *subscriber;
	LIST_ENTRY(subscription) of_subscriber, of_topic;
};

struct topic {
	char *name;
	LIST_HEAD(subscriptions_of_topic, subscription) subscriptions; /* never empty */
};

struct hub {
	struct map topics; /* name -> struct topic */
	size_t subscribers;
	bool publishing; /* for the asserts alone */
};

struct hub *hub_new(void)
{
	return mem_alloc(1, sizeof(struct hub));
}

void hub_free(struct hub *hub)
{
	if (!hub)
		return;
	assert(hub->subscribers == 0);
	map_free(&hub->topics);
	free(hub);
}

/* --- topics ------------------------------------------------------------------------------------------- */

/* NULL if the subscriber does not follow the topic. Subscribers follow few topics, so a list will do. */
static struct subscription *find(const struct subscriber *subscriber, const char *topic)
{
	struct subscription *at;

	LIST_FOREACH(at, &subscriber->subscriptions, of_subscriber)
	{
		if (strcmp(at->topic->name, topic) == 0)
			return at;
	}
	return NULL;
}

/* A topic goes with its last subscription. */
static void subscription_free(struct subscription *subscription)
{
	struct hub *hub = subscription->subscriber->hub;
	struct topic *topic = subscription->topic;

	assert(!hub->publishing);
	LIST_REMOVE(subscription, of_subscriber);
	LIST_REMOVE(subscription, of_topic);
	free(subscription);
	if (!LIST_EMPTY(&topic->subscriptions))
		return;
	map_remove(&hub->topics, topic->name);
	free(topic->name);
	free(topic);
}

void hub_subscribe(struct subscriber *subscriber, const char *name)
{
	struct hub *hub = subscriber->hub;
	struct topic *topic = map_get(&hub->topics, name);
	struct subscription *subscription;

	assert(!hub->publishing);
	if (find(subscriber, name))
		return;
	if (!topic) {
		topic = mem_alloc(1, sizeof(*topic));
		topic->name = mem_text(name);
		map_put(&hub->topics, name, topic);
	}
	subscription = mem_alloc(1, sizeof(*subscription));
	subscription->subscriber = subscriber;
	subscription->topic = topic;
	LIST_INSERT_HEAD(&subscriber->subscriptions, subscription, of_subscriber);
	LIST_INSERT_HEAD(&topic->subscriptions, subscription, of_topic);
}

void hub_unsubscribe(struct subscriber *subscriber, const char *topic)
{
	struct subscription *subscription = find(subscriber, topic);

	if (subscription)
		subscription_free(subscription);
}

bool hub_wanted(const struct hub *hub, const char *topic)
{
	return map_get(&hub->topics, topic) != NULL;
}

void hub_publish(struct hub *hub, const char *topic, struct frame *frame)
{
	const struct topic *found = map_get(&hub->topics, topic);
	struct subscription *at;

	if (!found)
		return;
	hub->publishing = true;
	LIST_FOREACH(at, &found->subscriptions, of_topic)
	hub_send(at->subscriber, frame);
	hub->publishing = false;
}

/* --- queues ------------------------------------------------------------------------------------------- */

static void pop(struct subscriber *subscriber)
{
	struct queued *queued = STAILQ_FIRST(&subscriber->queue);

	STAILQ_REMOVE_HEAD(&subscriber->queue, link);
	subscriber->frames--;
	subscriber->bytes -= queued->frame->len;
	frame_release(queued->frame);
	free(queued);
}

void hub_send(struct subscriber *subscriber, struct frame *frame)
{
	bool idle = STAILQ_EMPTY(&subscriber->queue) && !subscriber->dropped;
	struct queued *queued;

	if (idle && subscriber->outlet->send(subscriber->owner, frame))
		return;
	/* A frame of any size fits into an empty queue, or a large cluster's snapshot could never be sent. */
	if (subscriber->dropped ||
	    (subscriber->frames &&
	     (subscriber->frames >= HUB_QUEUE_FRAMES || subscriber->bytes + frame->len > HUB_QUEUE_BYTES))) {
		if (!subscriber->dropped++)
			subscriber->outlet->overflow(subscriber->owner);
		return;
	}
	queued = mem_alloc(1, sizeof(*queued));
	queued->frame = frame_share(frame);
	STAILQ_INSERT_TAIL(&subscriber->queue, queued, link);
	subscriber->frames++;
	subscriber->bytes += frame->len;
	subscriber->outlet->wait(subscriber->owner);
}

void hub_send_last(struct subscriber *subscriber, struct frame *frame)
{
	hub_send(subscriber, frame);
	frame_release(frame);
}

void hub_flush(struct subscriber *subscriber)
{
	size_t dropped = subscriber->dropped;

	while (subscriber->frames) {
		if (!subscriber->outlet->send(subscriber->owner, STAILQ_FIRST(&subscriber->queue)->frame)) {
			subscriber->outlet->wait(subscriber->owner);
			return;
		}
		pop(subscriber);
	}
	if (!dropped)
		return;
	subscriber->dropped = 0;
	subscriber->outlet->drained(subscriber->owner, dropped);
}

bool hub_is_idle(const struct subscriber *subscriber)
{
	return subscriber->frames == 0;
}

/* --- subscribers -------------------------------------------------------------------------------------- */

struct subscriber *hub_join(struct hub *hub, const struct hub_outlet *outlet, void *owner)
{
	struct subscriber *subscriber = mem_alloc(1, sizeof(*subscriber));

	assert(!hub->publishing);
	subscriber->hub = hub;
	subscriber->outlet = outlet;
	subscriber->owner = owner;
	STAILQ_INIT(&subscriber->queue);
	hub->subscribers++;
	return subscriber;
}

void hub_leave(struct subscriber *subscriber)
{
	if (!subscriber)
		return;
	while (!LIST_EMPTY(&subscriber->subscriptions))
		subscription_free(LIST_FIRST(&subscriber->subscriptions));
	while (subscriber->frames)
		pop(subscriber);
	subscriber->hub->subscribers--;
	free(subscriber);
}
