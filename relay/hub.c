/* Topics, subscribers and their queues. Knows neither the network nor Redis. */
#include "relay/hub.h"

#include "common/map.h"
#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct queued {
	struct queued *next;
	struct frame *frame;
};

struct subscriber {
	struct hub *hub;
	const struct hub_outlet *outlet;
	void *owner;
	LIST_HEAD(subscriptions_of_subscriber, subscription) subscriptions;
	struct queued *first, **last;
	size_t frames, bytes; /* in the queue */
	size_t dropped;	      /* since it ran full; 0: it has not */
};

/* One subscriber's interest in one topic: a link in both of their lists. */
struct subscription {
	struct topic *topic;
	struct subscriber *subscriber;
	LIST_ENTRY(subscription) of_subscriber, of_topic;
};

struct topic {
	char *name;
	LIST_HEAD(subscriptions_of_topic, subscription) subscriptions;
};

struct hub {
	struct map topics; /* only those that somebody follows */
	size_t subscribers;
	bool publishing;
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

struct subscriber *hub_join(struct hub *hub, const struct hub_outlet *outlet, void *owner)
{
	struct subscriber *subscriber = mem_alloc(1, sizeof(*subscriber));

	assert(!hub->publishing);
	subscriber->hub = hub;
	subscriber->outlet = outlet;
	subscriber->owner = owner;
	subscriber->last = &subscriber->first;
	hub->subscribers++;
	return subscriber;
}

/* --- topics ----------------------------------------------------------------------------------------- */

/* NULL if the topic is not followed. */
static struct subscription *find(const struct subscriber *subscriber, const char *topic)
{
	struct subscription *at;

	LIST_FOREACH(at, &subscriber->subscriptions, of_subscriber)
	if (strcmp(at->topic->name, topic) == 0)
		break;
	return at;
}

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

static struct topic *topic_get(struct hub *hub, const char *name)
{
	struct topic *topic = map_get(&hub->topics, name);

	if (topic)
		return topic;
	topic = mem_alloc(1, sizeof(*topic));
	topic->name = mem_text(name);
	map_put(&hub->topics, name, topic);
	return topic;
}

void hub_subscribe(struct subscriber *subscriber, const char *topic)
{
	struct subscription *subscription;

	assert(!subscriber->hub->publishing);
	if (find(subscriber, topic))
		return;
	subscription = mem_alloc(1, sizeof(*subscription));
	subscription->subscriber = subscriber;
	subscription->topic = topic_get(subscriber->hub, topic);
	LIST_INSERT_HEAD(&subscriber->subscriptions, subscription, of_subscriber);
	LIST_INSERT_HEAD(&subscription->topic->subscriptions, subscription, of_topic);
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

	if (!found)
		return;
	hub->publishing = true;
	for (struct subscription *at = LIST_FIRST(&found->subscriptions); at; at = LIST_NEXT(at, of_topic))
		hub_send(at->subscriber, frame);
	hub->publishing = false;
}

/* --- queues ----------------------------------------------------------------------------------------- */

static bool fits(const struct subscriber *subscriber, const struct frame *frame)
{
	if (subscriber->dropped)
		return false;
	return !subscriber->first ||
	       (subscriber->frames < HUB_QUEUE_FRAMES && subscriber->bytes + frame->len <= HUB_QUEUE_BYTES);
}

static void push(struct subscriber *subscriber, struct frame *frame)
{
	struct queued *queued = mem_alloc(1, sizeof(*queued));

	queued->frame = frame_share(frame);
	*subscriber->last = queued;
	subscriber->last = &queued->next;
	subscriber->frames++;
	subscriber->bytes += frame->len;
}

static void pop(struct subscriber *subscriber)
{
	struct queued *queued = subscriber->first;

	subscriber->first = queued->next;
	if (!subscriber->first)
		subscriber->last = &subscriber->first;
	subscriber->frames--;
	subscriber->bytes -= queued->frame->len;
	frame_release(queued->frame);
	free(queued);
}

void hub_send(struct subscriber *subscriber, struct frame *frame)
{
	if (!subscriber->first && !subscriber->dropped && subscriber->outlet->send(subscriber->owner, frame))
		return;
	if (fits(subscriber, frame)) {
		push(subscriber, frame);
		subscriber->outlet->wait(subscriber->owner);
	} else if (!subscriber->dropped++) {
		subscriber->outlet->overflow(subscriber->owner);
	}
}

void hub_send_last(struct subscriber *subscriber, struct frame *frame)
{
	hub_send(subscriber, frame);
	frame_release(frame);
}

void hub_flush(struct subscriber *subscriber)
{
	size_t dropped = subscriber->dropped;

	while (subscriber->first && subscriber->outlet->send(subscriber->owner, subscriber->first->frame))
		pop(subscriber);
	if (subscriber->first) {
		subscriber->outlet->wait(subscriber->owner);
	} else if (dropped) {
		subscriber->dropped = 0;
		subscriber->outlet->drained(subscriber->owner, dropped);
	}
}

bool hub_is_idle(const struct subscriber *subscriber)
{
	return !subscriber->first;
}

void hub_leave(struct subscriber *subscriber)
{
	if (!subscriber)
		return;
	while (!LIST_EMPTY(&subscriber->subscriptions))
		subscription_free(LIST_FIRST(&subscriber->subscriptions));
	while (subscriber->first)
		pop(subscriber);
	subscriber->hub->subscribers--;
	free(subscriber);
}
