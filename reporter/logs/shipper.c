/*
 * Batches on their way to the coordinator, and what its answers mean for them. Knows the request's shape;
 * does not know what an entry says.
 */
#include "reporter/logs/shipper.h"

#include "common/json.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/backoff.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
	RETRY_MIN_MS = 500,
	RETRY_MAX_MS = 30 * 1000,
	REQUEST_BYTES = 256, /* what stands around the entries */
};

enum state {
	STATE_IDLE,	   /* nothing is on its way, and nothing forbids to send but the owner */
	STATE_SENDING,	   /* a batch is on its way: `call` and `batch` are it */
	STATE_BACKING_OFF, /* the last try failed, the timer ends this */
	STATE_COUNT
};

struct shipper {
	struct shipper_config config;
	enum state state;
	bool allowed;
	struct uplink_call *call; /* NULL unless STATE_SENDING */
	struct spool_batch batch;
	struct timer *retry;
	struct backoff backoff;
	int64_t sent;
};

static void move(struct shipper *shipper, enum state next)
{
	static const bool LEGAL[STATE_COUNT][STATE_COUNT] = {
		[STATE_IDLE] = {[STATE_SENDING] = true},
		[STATE_SENDING] = {[STATE_IDLE] = true, [STATE_BACKING_OFF] = true},
		[STATE_BACKING_OFF] = {[STATE_IDLE] = true},
	};

	assert(LEGAL[shipper->state][next]);
	shipper->state = next;
}

static void on_answer(void *user, const struct uplink_answer *answer)
{
	struct shipper *shipper = user;
	/* The same batch would get the same answer whenever it is sent. */
	bool hopeless = answer->status == 400 || answer->status == 413 || answer->status == 422;
	int64_t delay_ms;

	shipper->call = NULL;
	if (answer->outcome != UPLINK_TAKEN && !hopeless) {
		if (answer->outcome == UPLINK_REFUSED && !shipper->backoff.ceiling_ms)
			log_error("logs",
				  "the coordinator refused log entries, they are sent again later status=%d "
				  "error=%s",
				  answer->status, answer->error);
		delay_ms = backoff_next(&shipper->backoff);
		if (delay_ms < answer->retry_after_ms)
			delay_ms = answer->retry_after_ms;
		move(shipper, STATE_BACKING_OFF);
		timer_start(shipper->retry, delay_ms);
		return;
	}
	if (hopeless)
		log_error("logs",
			  "the coordinator cannot take these entries, they are dropped entries=%" PRId64
			  " error=%s",
			  shipper->batch.count, answer->error);
	else
		shipper->sent += shipper->batch.count;
	spool_done(shipper->config.spool, &shipper->batch, hopeless);
	backoff_reset(&shipper->backoff);
	move(shipper, STATE_IDLE);
	shipper->config.on_room(shipper->config.user);
	shipper_send(shipper);
}

void shipper_send(struct shipper *shipper)
{
	struct buf entries = {0}, body = {0};
	struct json_out json = {.buf = &body};

	if (!shipper->allowed || shipper->state != STATE_IDLE ||
	    !spool_batch(shipper->config.spool, &entries, &shipper->batch))
		return;
	buf_reserve(&body, entries.len + REQUEST_BYTES);
	json_open(&json, '{');
	json_put_text(&json, "node_id", shipper->config.node_id);
	json_put_text(&json, "batch", shipper->batch.name);
	json_open_member(&json, "logs", '[');
	json_put_raw(&json, NULL, entries.data, entries.len);
	json_close(&json, ']');
	json_close(&json, '}');
	buf_free(&entries);
	move(shipper, STATE_SENDING);
	shipper->call = uplink_post(shipper->config.uplink, "/api/reporter/logs", &body, on_answer, shipper);
}

static void on_retry(void *user)
{
	struct shipper *shipper = user;

	move(shipper, STATE_IDLE);
	shipper_send(shipper);
}

void shipper_allow(struct shipper *shipper, bool allowed)
{
	shipper->allowed = allowed;
	shipper_send(shipper);
}

int64_t shipper_sent(const struct shipper *shipper)
{
	return shipper->sent;
}

struct shipper *shipper_new(struct loop *loop, const struct shipper_config *config)
{
	struct shipper *shipper = mem_alloc(1, sizeof(*shipper));

	shipper->config = *config;
	shipper->backoff = (struct backoff){.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS};
	shipper->retry = loop_timer(loop, on_retry, shipper);
	return shipper;
}

void shipper_free(struct shipper *shipper)
{
	if (!shipper)
		return;
	uplink_cancel(shipper->call);
	timer_free(shipper->retry);
	free(shipper);
}
