/* One call at a time, tried again with back-off. What the results say, and what was done, it does not know.
 */
#include "reporter/commands/outbox.h"

#include "common/clock.h"
#include "common/id.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/backoff.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { RETRY_MIN_MS = 250, RETRY_MAX_MS = 15 * 1000 };

/* The coordinator forgets a question after a minute, and who asked has long gone then. */
enum { ANSWERS_MAX = 64, ANSWER_KEPT_MS = 60 * 1000 };

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
	struct uplink_call *call;
	char delivering[ID_NODE_SIZE];
	struct timer *retry;
	struct backoff backoff;
};

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

/* Statuses after which the same result will never be wanted. */
static bool is_final(const struct uplink_answer *answer)
{
	static const int statuses[] = {400, 404, 409, 410, 413, 422};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (answer->status == statuses[i])
			return true;
	}
	return answer->outcome == UPLINK_TAKEN;
}

static void on_delivered(void *user, const struct uplink_answer *answer)
{
	struct outbox *outbox = user;

	outbox->call = NULL;
	if (!is_final(answer)) {
		timer_start(outbox->retry, backoff_next(&outbox->backoff));
		return;
	}
	if (answer->outcome != UPLINK_TAKEN)
		log_warning("command", "result not wanted id=%s status=%d error=%s", outbox->delivering,
			    answer->status, answer->error);
	backoff_reset(&outbox->backoff);
	ledger_delivered(outbox->ledger, outbox->delivering);
	drop(outbox, find(outbox, outbox->delivering));
	outbox_send(outbox);
}

/* The next to go, the ledger's first: what was done matters more than what was asked. NULL if there is none.
 */
static const char *next(struct outbox *outbox, const char **result, size_t *len)
{
	const char *id = ledger_undelivered(outbox->ledger, result, len);
	const struct answer *answer;

	if (id)
		return id;
	drop_old(outbox);
	answer = STAILQ_FIRST(&outbox->answers);
	if (!answer)
		return NULL;
	*result = answer->body.data;
	*len = answer->body.len;
	return answer->id;
}

void outbox_send(struct outbox *outbox)
{
	const char *result, *id;
	size_t len;
	struct buf body = {0};

	if (outbox->call || timer_is_started(outbox->retry))
		return;
	id = next(outbox, &result, &len);
	if (!id)
		return;
	memcpy(outbox->delivering, id, strlen(id) + 1);
	buf_append(&body, result, len);
	outbox->call = uplink_post(outbox->uplink, "/api/reporter/result", &body, on_delivered, outbox);
}

static void on_retry(void *user)
{
	outbox_send(user);
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

	*outbox = (struct outbox){.uplink = uplink, .ledger = ledger};
	STAILQ_INIT(&outbox->answers);
	outbox->backoff = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
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
