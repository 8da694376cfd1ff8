/*
 * Delivers results: one call at a time, tried again with back-off. What a result says, and whether its
 * command is noted, it does not know; it empties the ledger first, because what was done matters more than
 * what was asked.
 */
#include "reporter/commands/outbox.h"

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/backoff.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { RETRY_MIN_MS = 250, RETRY_MAX_MS = 15 * 1000 };

/* The coordinator forgets a question after a minute; whoever asked has gone long before. */
enum { ANSWERS_MAX = 64, ANSWER_KEPT_MS = 60 * 1000 };

enum outbox_state {
	OUTBOX_IDLE,
	OUTBOX_SENDING,
	OUTBOX_WAITING, /* after a failure, for the next try */
};

struct answer {
	STAILQ_ENTRY(answer) link;
	char id[ID_NODE_SIZE];
	struct buf body;
	int64_t until_ms; /* monotonic */
};

struct outbox {
	struct uplink *uplink;
	struct ledger *ledger;
	STAILQ_HEAD(answers, answer) answers; /* oldest first */
	size_t count;
	enum outbox_state state;
	struct uplink_call *call; /* while it is sending */
	char delivering[ID_NODE_SIZE];
	struct timer *retry; /* while it is waiting */
	struct backoff backoff;
};

static void move(struct outbox *outbox, enum outbox_state to)
{
	/* An idle outbox begins to send, a call ends in success or failure, and the timer ends a wait. */
	assert(outbox->state == OUTBOX_SENDING ||
	       to == (outbox->state == OUTBOX_IDLE ? OUTBOX_SENDING : OUTBOX_IDLE));
	outbox->state = to;
}

/* --- answers ------------------------------------------------------------------------------------ */

static struct answer *find(const struct outbox *outbox, const char *id)
{
	struct answer *answer;

	STAILQ_FOREACH(answer, &outbox->answers, link)
	{
		if (strcmp(answer->id, id) == 0)
			return answer;
	}
	return NULL;
}

static void drop(struct outbox *outbox, struct answer *answer)
{
	if (!answer)
		return;
	STAILQ_REMOVE(&outbox->answers, answer, answer, link);
	outbox->count--;
	buf_free(&answer->body);
	free(answer);
}

static void drop_old(struct outbox *outbox)
{
	int64_t now = clock_monotonic_ms();

	while (outbox->count > ANSWERS_MAX ||
	       (outbox->count && STAILQ_FIRST(&outbox->answers)->until_ms < now))
		drop(outbox, STAILQ_FIRST(&outbox->answers));
}

/* --- sending ------------------------------------------------------------------------------------ */

static void on_delivered(void *user, const struct uplink_answer *answer)
{
	/* Statuses after which the same result will never be wanted. */
	static const int FINAL[] = {400, 404, 409, 410, 413, 422};
	struct outbox *outbox = user;
	bool final = answer->outcome == UPLINK_TAKEN;

	outbox->call = NULL;
	for (size_t i = 0; i < sizeof(FINAL) / sizeof(FINAL[0]); i++)
		final |= answer->status == FINAL[i];
	if (!final) {
		move(outbox, OUTBOX_WAITING);
		timer_start(outbox->retry, backoff_next(&outbox->backoff));
		return;
	}
	if (answer->outcome != UPLINK_TAKEN)
		log_warning("command", "result not wanted id=%s status=%d error=%s", outbox->delivering,
			    answer->status, answer->error);
	move(outbox, OUTBOX_IDLE);
	backoff_reset(&outbox->backoff);
	ledger_delivered(outbox->ledger, outbox->delivering);
	drop(outbox, find(outbox, outbox->delivering));
	outbox_send(outbox);
}

void outbox_send(struct outbox *outbox)
{
	struct buf body = {0};
	const char *result, *id;
	size_t len;

	if (outbox->state != OUTBOX_IDLE)
		return;
	id = ledger_undelivered(outbox->ledger, &result, &len);
	if (!id) {
		const struct answer *answer;

		drop_old(outbox);
		answer = STAILQ_FIRST(&outbox->answers);
		if (!answer)
			return;
		id = answer->id;
		result = answer->body.data;
		len = answer->body.len;
	}
	memcpy(outbox->delivering, id, strlen(id) + 1);
	buf_append(&body, result, len); /* the ledger or the list keeps its own until it is delivered */
	move(outbox, OUTBOX_SENDING);
	outbox->call = uplink_post(outbox->uplink, "/api/reporter/result", &body, on_delivered, outbox);
}

static void on_retry(void *user)
{
	struct outbox *outbox = user;

	move(outbox, OUTBOX_IDLE);
	outbox_send(outbox);
}

void outbox_add(struct outbox *outbox, const char *id, struct buf *body)
{
	struct answer *answer = mem_alloc(1, sizeof(*answer));

	memcpy(answer->id, id, strlen(id) + 1);
	answer->body = *body;
	answer->until_ms = clock_monotonic_ms() + ANSWER_KEPT_MS;
	*body = (struct buf){0};
	STAILQ_INSERT_TAIL(&outbox->answers, answer, link);
	outbox->count++;
	drop_old(outbox);
	outbox_send(outbox);
}

bool outbox_knows(const struct outbox *outbox, const char *id)
{
	return find(outbox, id) != NULL;
}

bool outbox_is_empty(const struct outbox *outbox)
{
	return !outbox->count;
}

/* --- life --------------------------------------------------------------------------------------- */

struct outbox *outbox_new(struct loop *loop, struct uplink *uplink, struct ledger *ledger)
{
	struct outbox *outbox = mem_alloc(1, sizeof(*outbox));

	*outbox = (struct outbox){.uplink = uplink,
				  .ledger = ledger,
				  .backoff = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS}};
	STAILQ_INIT(&outbox->answers);
	outbox->retry = loop_timer(loop, on_retry, outbox);
	outbox_send(outbox);
	return outbox;
}

void outbox_free(struct outbox *outbox)
{
	if (!outbox)
		return;
	uplink_cancel(outbox->call);
	timer_free(outbox->retry);
	while (!STAILQ_EMPTY(&outbox->answers))
		drop(outbox, STAILQ_FIRST(&outbox->answers));
	free(outbox);
}
