/*
 * Whoever only counts silence notices a killed reporter half a minute later. But its kernel tells the end of
 * its stream at once, so that is the quickest sign that a worker has died.
 *
 * It is not a proof. A worker may connect again, perhaps to another relay, so the relay that saw the end
 * waits, and then asks Redis whether anybody follows the worker's channel. Asking and writing down are one
 * script, and a stream that opens is cleared only after Redis has confirmed its channel. So whichever comes
 * first, a worker that is connected never stays marked as lost: either the script sees its channel, or the
 * clearing comes after the script. While Redis is away nothing can be said of anybody, and the question
 * waits.
 *
 * What must stay true: these keys and this channel are the only ones that a relay writes to.
 */
#include "relay/stream_loss.h"

#include "common/clock.h"
#include "common/keys.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define PATIENCE_MS 2000

/* A stream that has ended. It is in the queue, or its question is on its way. */
struct loss {
	TAILQ_ENTRY(loss) link;
	struct stream_losses *losses;
	char node[ID_NODE_SIZE];
	int64_t at_ms;	/* when it ended */
	int64_t due_ms; /* monotonic: when its patience is over */
};

TAILQ_HEAD(loss_queue, loss);

struct stream_losses {
	struct feed *feed;
	struct loss_queue queue; /* by due_ms, since all have the same patience */
	ev_timer timer;		 /* runs while the queue is not empty */
	bool stopped;
};

/*
 * KEYS: the node's stream_lost, nodes. ARGV: the node's channel of commands, the node, when the stream ended,
 * channel. A node that was heard since, or that is not known, is not lost. It runs in a full Redis, too: a
 * few bytes a node, and the page needs them then as ever. Answers 1 if the node is lost.
 */
static const char MARK_LOST[] = "#!lua flags=allow-oom\n"
				"if redis.call('PUBSUB', 'NUMSUB', ARGV[1])[2] > 0 then return 0 end\n"
				"local heard = redis.call('ZSCORE', KEYS[2], ARGV[2])\n"
				"if not heard or tonumber(heard) > tonumber(ARGV[3]) then return 0 end\n"
				"redis.call('SET', KEYS[1], ARGV[3])\n"
				"redis.call('PUBLISH', ARGV[4], ARGV[2] .. ' lost ' .. ARGV[3])\n"
				"return 1\n";

/* KEYS: the node's stream_lost. ARGV: the node, channel. */
static const char MARK_BACK[] = "#!lua flags=allow-oom\n"
				"if redis.call('DEL', KEYS[1]) == 1 then\n"
				"  redis.call('PUBLISH', ARGV[2], ARGV[1] .. ' back')\n"
				"end\n";

static void put_into_queue(struct stream_losses *losses, struct loss *loss)
{
	loss->due_ms = clock_monotonic_ms() + PATIENCE_MS;
	TAILQ_INSERT_TAIL(&losses->queue, loss, link);
	if (ev_is_active(&losses->timer))
		return;
	ev_timer_set(&losses->timer, PATIENCE_MS / 1000.0, 0);
	ev_timer_start(losses->feed->loop, &losses->timer);
}

static void on_marked(void *context, const struct reply *reply)
{
	struct loss *loss = context;
	struct stream_losses *losses = loss->losses;

	bool is_too_late = clock_now_ms() - loss->at_ms > LIMIT_UNHEARD_S * 1000; /* silence has told it */

	if (!reply && !losses->stopped && !is_too_late) {
		put_into_queue(losses, loss);
		return;
	}
	if (reply && reply_integer(reply) == 1)
		log_info("stream_loss", "a worker's stream was lost node=%s", loss->node);
	free(loss);
}

static void ask(struct stream_losses *losses, struct loss *loss)
{
	const struct known_node *node = node_table_get(&losses->feed->known.nodes, loss->node);
	const char *nodes = KEY_NODES, *channel = CHANNEL_STREAMS;
	char at[24];

	if (node && node->head.offline) { /* it said goodbye first */
		free(loss);
		return;
	}
	(void)snprintf(at, sizeof(at), "%" PRId64, loss->at_ms);
	redis_link_ask(losses->feed->link,
		       REDIS_WORDS("EVAL", MARK_LOST, "2", key_of_node(NODE_STREAM_LOST, loss->node).text,
				   nodes, channel_of_commands(loss->node).text, loss->node, at, channel),
		       on_marked, loss);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct stream_losses *losses = timer->data;
	int64_t now_ms = clock_monotonic_ms();
	struct loss *loss;

	(void)events;
	while ((loss = TAILQ_FIRST(&losses->queue)) && loss->due_ms <= now_ms) {
		TAILQ_REMOVE(&losses->queue, loss, link);
		ask(losses, loss);
	}
	if (!loss)
		return;
	ev_timer_set(timer, (double)(loss->due_ms - now_ms) / 1000, 0);
	ev_timer_start(loop, timer);
}

/* --- streams ------------------------------------------------------------------------------------------ */

void stream_losses_add(struct stream_losses *losses, const char *node)
{
	struct loss *loss;

	if (losses->stopped)
		return;
	loss = mem_alloc(1, sizeof(*loss));
	loss->losses = losses;
	loss->at_ms = clock_now_ms();
	memcpy(loss->node, node, strlen(node) + 1);
	put_into_queue(losses, loss);
}

static void on_cleared(void *context, const struct reply *reply)
{
	(void)context;
	(void)reply; /* if it was lost, Redis is away, and the channel is confirmed anew when it is back */
}

void stream_losses_clear(struct stream_losses *losses, const char *node)
{
	const char *channel = CHANNEL_STREAMS;

	redis_link_ask(
		losses->feed->link,
		REDIS_WORDS("EVAL", MARK_BACK, "1", key_of_node(NODE_STREAM_LOST, node).text, node, channel),
		on_cleared, losses);
}

static void empty_queue(struct stream_losses *losses)
{
	struct loss *loss, *next;

	ev_timer_stop(losses->feed->loop, &losses->timer);
	for (loss = TAILQ_FIRST(&losses->queue); loss; loss = next) {
		next = TAILQ_NEXT(loss, link);
		free(loss);
	}
	TAILQ_INIT(&losses->queue);
}

void stream_losses_stop(struct stream_losses *losses)
{
	losses->stopped = true;
	empty_queue(losses);
}

/* --- the whole ---------------------------------------------------------------------------------------- */

struct stream_losses *stream_losses_new(struct feed *feed)
{
	struct stream_losses *losses = mem_alloc(1, sizeof(*losses));

	losses->feed = feed;
	TAILQ_INIT(&losses->queue);
	ev_timer_init(&losses->timer, on_timer, 0, 0);
	losses->timer.data = losses;
	return losses;
}

void stream_losses_free(struct stream_losses *losses)
{
	free(losses);
}
