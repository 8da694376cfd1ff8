/* Topics, subscribers and bounded queues, with an outlet that takes frames when it is told to. */
#include "common/buf.h"
#include "common/mem.h"
#include "relay/hub.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

struct client {
	struct subscriber *subscriber;
	struct buf got; /* the frames taken, each followed by a blank */
	bool open;	/* takes frames */
	int waits, overflows;
	size_t dropped; /* as told by drained */
};

static bool on_send(void *owner, struct frame *frame)
{
	struct client *client = owner;

	if (!client->open)
		return false;
	buf_append(&client->got, frame_text(frame), frame->len < 20 ? frame->len : 20);
	buf_char(&client->got, ' ');
	return true;
}

static void on_wait(void *owner)
{
	((struct client *)owner)->waits++;
}

static void on_overflow(void *owner)
{
	((struct client *)owner)->overflows++;
}

static void on_drained(void *owner, size_t dropped)
{
	struct client *client = owner;

	client->dropped += dropped;
	hub_send_last(client->subscriber, frame_of_text("lagged"));
}

static const struct hub_outlet OUTLET = {
	.send = on_send, .wait = on_wait, .overflow = on_overflow, .drained = on_drained};

static void join(struct hub *hub, struct client *client, const char *topic)
{
	*client = (struct client){.open = true};
	client->subscriber = hub_join(hub, &OUTLET, client);
	if (topic)
		hub_subscribe(client->subscriber, topic);
}

static void leave(struct client *client)
{
	hub_leave(client->subscriber);
	buf_free(&client->got);
}

static void publish(struct hub *hub, const char *topic, const char *text)
{
	struct frame *frame = frame_of_text(text);

	hub_publish(hub, topic, frame);
	frame_release(frame);
}

static void only_those_who_follow_a_topic_get_it(void **state)
{
	struct hub *hub = hub_new();
	struct client one, two;

	(void)state;
	join(hub, &one, "a");
	join(hub, &two, "b");
	hub_subscribe(two.subscriber, "a");
	hub_subscribe(two.subscriber, "a");
	publish(hub, "a", "1");
	publish(hub, "b", "2");
	publish(hub, "c", "3");
	assert_string_equal(buf_string(&one.got), "1 ");
	assert_string_equal(buf_string(&two.got), "1 2 ");
	hub_unsubscribe(two.subscriber, "a");
	hub_unsubscribe(two.subscriber, "never");
	publish(hub, "a", "4");
	assert_string_equal(buf_string(&two.got), "1 2 ");
	leave(&one);
	assert_false(hub_wanted(hub, "a"));
	assert_true(hub_wanted(hub, "b"));
	leave(&two);
	hub_free(hub);
}

static void what_has_to_wait_goes_out_in_order(void **state)
{
	struct hub *hub = hub_new();
	struct client client;

	(void)state;
	join(hub, &client, "a");
	client.open = false;
	publish(hub, "a", "1");
	client.open = true;
	publish(hub, "a", "2"); /* not before what waits */
	assert_int_equal(client.got.len, 0);
	assert_int_equal(client.waits, 2);
	hub_flush(client.subscriber);
	assert_string_equal(buf_string(&client.got), "1 2 ");
	assert_true(hub_is_idle(client.subscriber));
	leave(&client);
	hub_free(hub);
}

static void a_frame_is_shared_not_copied(void **state)
{
	struct hub *hub = hub_new();
	struct frame *frame = frame_of_text("x");
	struct client clients[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		join(hub, &clients[i], "a");
		clients[i].open = false;
	}
	hub_publish(hub, "a", frame);
	assert_int_equal(frame->references, 4);
	clients[0].open = true;
	hub_flush(clients[0].subscriber);
	assert_int_equal(frame->references, 3);
	for (int i = 0; i < 3; i++)
		leave(&clients[i]);
	assert_int_equal(frame->references, 1);
	frame_release(frame);
	hub_free(hub);
}

/* The one who does not take drops from the first frame too many until all that waits has gone out. */
static void a_full_queue_drops_until_it_is_empty(void **state)
{
	struct hub *hub = hub_new();
	struct client slow, quick;

	(void)state;
	join(hub, &slow, "a");
	join(hub, &quick, "a");
	slow.open = false;
	for (int i = 0; i < HUB_QUEUE_FRAMES + 5; i++)
		publish(hub, "a", "f");
	assert_int_equal(quick.got.len, 2 * (HUB_QUEUE_FRAMES + 5));
	assert_int_equal(slow.overflows, 1);
	assert_int_equal(slow.dropped, 0);
	slow.open = true;
	publish(hub, "a", "g"); /* still dropped: something waits */
	hub_flush(slow.subscriber);
	assert_int_equal(slow.dropped, 6);
	assert_int_equal(slow.got.len, 2 * HUB_QUEUE_FRAMES + strlen("lagged "));
	publish(hub, "a", "h");
	assert_string_equal(slow.got.data + slow.got.len - 9, "lagged h ");
	leave(&slow);
	leave(&quick);
	hub_free(hub);
}

static void bytes_are_bounded_but_one_large_frame_fits(void **state)
{
	struct hub *hub = hub_new();
	struct client client;
	char *large = mem_alloc(HUB_QUEUE_BYTES + 2, 1);

	(void)state;
	memset(large, 'x', HUB_QUEUE_BYTES + 1);
	join(hub, &client, "a");
	client.open = false;
	publish(hub, "a", large);
	assert_int_equal(client.overflows, 0);
	publish(hub, "a", "y");
	assert_int_equal(client.overflows, 1);
	client.open = true;
	hub_flush(client.subscriber);
	assert_int_equal(client.dropped, 1);
	leave(&client);
	hub_free(hub);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_those_who_follow_a_topic_get_it),
		cmocka_unit_test(what_has_to_wait_goes_out_in_order),
		cmocka_unit_test(a_frame_is_shared_not_copied),
		cmocka_unit_test(a_full_queue_drops_until_it_is_empty),
		cmocka_unit_test(bytes_are_bounded_but_one_large_frame_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
