/*
 * The report that is due or on its way, as a state machine. It knows neither what a report says nor what a
 * configuration is.
 *
 * Only one report is on its way at a time: two could overtake each other, and the coordinator would keep the
 * older one. So while one is on its way, a wish for another is only noted, and one further report after the
 * answer serves all wishes. That report is spaced, because what asks for it (a flapping service, a busy
 * processor) tends to ask again. While the coordinator is away or refuses, changes ask for nothing: the
 * back-off alone decides when it is tried again, and the next report tells the newest state in any case.
 */
#include "reporter/report/delivery.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/backoff.h"

#include <assert.h>
#include <stdlib.h>

enum {
	SPACING_MS = 250, /* between reports that changes ask for */
	RETRY_MIN_MS = 1000,
	RETRY_MAX_MS = 60000,
};

enum state {
	STATE_IDLE,	    /* no report is due */
	STATE_DUE,	    /* `due` runs */
	STATE_ON_ITS_WAY,   /* `call` is its */
	STATE_ONE_MORE,	    /* one is on its way, and one more was asked for since it left */
	STATE_LAST_FOLLOWS, /* one is on its way, and the last one follows its answer */
	STATE_LAST,	    /* the last one is on its way */
	STATE_ENDED,	    /* the last one was answered */
	STATE_COUNT
};

struct delivery {
	struct uplink *uplink;
	struct delivery_events events;
	enum state state;
	struct timer *due;
	struct uplink_call *call; /* NULL: none is on its way */
	struct backoff backoff;	  /* at rest while reports are taken */
	int64_t sent_ms;	  /* monotonic: when the last report left */
	int refusal;		  /* status of the last answer if that refused the report; 0 */
};

/* The one place where the state changes. MOVES: from each state to those that may follow it. */
static void set_state(struct delivery *delivery, enum state state)
{
	static const bool MOVES[STATE_COUNT][STATE_COUNT] = {
		[STATE_IDLE] = {[STATE_DUE] = true, [STATE_LAST] = true},
		[STATE_DUE] = {[STATE_IDLE] = true,
			       [STATE_DUE] = true,
			       [STATE_ON_ITS_WAY] = true,
			       [STATE_LAST] = true},
		[STATE_ON_ITS_WAY] = {[STATE_IDLE] = true,
				      [STATE_DUE] = true,
				      [STATE_ONE_MORE] = true,
				      [STATE_LAST_FOLLOWS] = true},
		[STATE_ONE_MORE] = {[STATE_IDLE] = true,
				    [STATE_DUE] = true,
				    [STATE_ON_ITS_WAY] = true,
				    [STATE_LAST_FOLLOWS] = true},
		[STATE_LAST_FOLLOWS] = {[STATE_LAST] = true},
		[STATE_LAST] = {[STATE_ENDED] = true},
	};

	assert(MOVES[delivery->state][state]);
	if (delivery->state == STATE_DUE)
		timer_stop(delivery->due);
	delivery->state = state;
}

static void set_due(struct delivery *delivery, int64_t delay_ms)
{
	set_state(delivery, STATE_DUE);
	timer_start(delivery->due, delay_ms);
}

static void on_answer(void *user, const struct uplink_answer *answer);

static void send_now(struct delivery *delivery, enum state state)
{
	struct buf body = {0};

	set_state(delivery, state);
	delivery->sent_ms = clock_monotonic_ms();
	delivery->events.write(delivery->events.user, state == STATE_LAST, &body);
	delivery->call = uplink_post(delivery->uplink, "/api/reporter/report", &body, on_answer, delivery);
}

static void on_due(void *user)
{
	send_now(user, STATE_ON_ITS_WAY);
}

static void on_answer(void *user, const struct uplink_answer *answer)
{
	struct delivery *delivery = user;
	bool taken = answer->outcome == UPLINK_TAKEN;
	int refusal = answer->outcome == UPLINK_REFUSED ? answer->status : 0;
	int64_t interval_ms, delay_ms;

	delivery->call = NULL;
	if (refusal && refusal != delivery->refusal)
		log_error("delivery", "the report was refused status=%d error=%s", answer->status,
			  answer->error);
	delivery->refusal = refusal;
	interval_ms = delivery->events.take_answer(delivery->events.user, answer);
	if (taken) {
		backoff_reset(&delivery->backoff);
		delay_ms = interval_ms - (clock_monotonic_ms() - delivery->sent_ms);
	} else {
		delay_ms = backoff_next(&delivery->backoff);
		if (answer->retry_after_ms > delay_ms)
			delay_ms = answer->retry_after_ms;
	}
	if (delivery->state == STATE_LAST_FOLLOWS) {
		send_now(delivery, STATE_LAST);
		return;
	}
	if (delivery->state == STATE_LAST)
		set_state(delivery, STATE_ENDED);
	else if (delivery->state == STATE_ONE_MORE && taken)
		set_due(delivery, SPACING_MS);
	else if (interval_ms != DELIVERY_NO_INTERVAL)
		set_due(delivery, delay_ms);
	else
		set_state(delivery, STATE_IDLE);
	delivery->events.answered(delivery->events.user, answer);
}

struct delivery *delivery_new(struct loop *loop, struct uplink *uplink, const struct delivery_events *events)
{
	struct delivery *delivery = mem_alloc(1, sizeof(*delivery));

	*delivery = (struct delivery){.uplink = uplink,
				      .events = *events,
				      .backoff = {.min_ms = RETRY_MIN_MS, .max_ms = RETRY_MAX_MS}};
	delivery->due = loop_timer(loop, on_due, delivery);
	return delivery;
}

void delivery_free(struct delivery *delivery)
{
	if (!delivery)
		return;
	uplink_cancel(delivery->call);
	timer_free(delivery->due);
	free(delivery);
}

void delivery_request(struct delivery *delivery, enum delivery_urgency urgency)
{
	int64_t since_ms = clock_monotonic_ms() - delivery->sent_ms;

	switch (delivery->state) {
	case STATE_ON_ITS_WAY:
		set_state(delivery, STATE_ONE_MORE);
		break;
	case STATE_IDLE:
	case STATE_DUE:
		if (urgency == DELIVERY_NOW)
			set_due(delivery, 0);
		else if (!delivery->backoff.ceiling_ms)
			set_due(delivery, SPACING_MS - since_ms);
		break;
	default: /* one follows already, or none may */
		break;
	}
}

void delivery_cancel(struct delivery *delivery)
{
	if (delivery->state == STATE_DUE)
		set_state(delivery, STATE_IDLE);
	else if (delivery->state == STATE_ONE_MORE)
		set_state(delivery, STATE_ON_ITS_WAY);
}

void delivery_send_last(struct delivery *delivery)
{
	if (delivery->call)
		set_state(delivery, STATE_LAST_FOLLOWS);
	else
		send_now(delivery, STATE_LAST);
}

bool delivery_is_pending(const struct delivery *delivery)
{
	return delivery->state != STATE_IDLE && delivery->state != STATE_ENDED;
}
