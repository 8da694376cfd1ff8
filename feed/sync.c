/*
 * Learning what is, without missing what happens meanwhile.
 *
 * The problem: a follower wants a picture of everything Redis holds, and from then on every change. Asking
 * first and then following loses what changes in between; so the channels are followed first. But what is
 * published while the questions are being answered may or may not be part of the answers, and there are two
 * connections, without a common order: a message that is older than an answer may arrive after it.
 *
 * The idea: messages are put aside from the moment the channels are followed. When the last question is
 * answered, a mark is sent down the connection that follows channels. What was published before the last
 * answer was given has arrived when the mark comes back. Then the parts take the answers as the truth, and
 * after that the messages that were put aside, which they apply so that a repeat changes nothing (a report by
 * its time, an entry by its `seq`). Everything that comes later is new.
 *
 * Nothing of it is tried again in place: when an answer is an error, or when more is published meanwhile than
 * may be put aside, the link is restarted and the sync begins anew. What must stay true:
 * no part hears a message before SYNC_TAKE, unless it asks for that; and none goes on to SYNC_DONE before all
 * messages that were put aside.
 */
#include "feed/sync.h"

#include "common/log.h"
#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MEANWHILE_MAX (64 * 1024 * 1024) /* bytes put aside; with more, the sync begins anew */

enum sync_state {
	STATE_AWAY,	 /* there is no link */
	STATE_BEGINNING, /* the channels are not confirmed yet */
	STATE_ASKING,	 /* questions are open */
	STATE_SETTLING,	 /* all are answered; messages from before the answers may still come */
	STATE_FAILED,	 /* waits for the end of the link */
	STATE_LIVE,
	STATES
};

/* A part that has joined. */
struct member {
	struct member *next;
	const struct sync_part *part;
	void *context;
};

/* A message that came before the parts could take it. */
struct meanwhile {
	struct meanwhile *next;
	const struct member *member;
	char *channel;
	size_t len;
	char payload[];
};

struct sync {
	enum sync_state state;
	struct redis_link *link;
	struct member *members;
	uint64_t mark;	/* STATE_BEGINNING, STATE_SETTLING: the one that is awaited */
	size_t pending; /* questions without an answer */

	struct meanwhile *first, **last;
	size_t meanwhile_bytes;
};

/* A question of a part, to be counted when it is answered. */
struct sync_question {
	struct sync *sync;
	reply_handler *answer;
	void *context;
};

/* The one place where the state changes. */
static void set_state(struct sync *sync, enum sync_state state)
{
	static const bool MOVES[STATES][STATES] = {
		[STATE_AWAY] = {[STATE_BEGINNING] = true},
		[STATE_BEGINNING] = {[STATE_ASKING] = true, [STATE_FAILED] = true, [STATE_AWAY] = true},
		[STATE_ASKING] = {[STATE_SETTLING] = true, [STATE_FAILED] = true, [STATE_AWAY] = true},
		[STATE_SETTLING] = {[STATE_LIVE] = true, [STATE_FAILED] = true, [STATE_AWAY] = true},
		[STATE_FAILED] = {[STATE_AWAY] = true},
		[STATE_LIVE] = {[STATE_AWAY] = true}};

	assert(MOVES[sync->state][state]);
	sync->state = state;
}

static void take_step(const struct sync *sync, enum sync_step step)
{
	for (const struct member *member = sync->members; member; member = member->next)
		member->part->step(member->context, step);
}

static void drop_meanwhile(struct sync *sync)
{
	while (sync->first) {
		struct meanwhile *message = sync->first;

		sync->first = message->next;
		free(message->channel);
		free(message);
	}
	sync->last = &sync->first;
	sync->meanwhile_bytes = 0;
}

/* Nothing can be had from this link any more. */
static void fail(struct sync *sync)
{
	set_state(sync, STATE_FAILED);
	drop_meanwhile(sync);
	redis_link_restart(sync->link);
}

/* --- questions ---------------------------------------------------------------------------------------- */

void sync_expect(struct sync *sync)
{
	sync->pending++;
}

void sync_answered(struct sync *sync, bool good)
{
	assert(sync->pending > 0);
	sync->pending--;
	if (sync->state != STATE_ASKING)
		return;
	if (!good) {
		fail(sync);
	} else if (sync->pending == 0) {
		set_state(sync, STATE_SETTLING);
		sync->mark = redis_link_mark(sync->link);
	}
}

static void on_answer(void *context, const struct reply *reply)
{
	struct sync_question question = *(struct sync_question *)context;

	free(context);
	question.answer(question.context, question.sync->state == STATE_ASKING ? reply : NULL);
	sync_answered(question.sync, reply != NULL);
}

void sync_ask(struct sync *sync, const char *const *words, reply_handler *answer, void *context)
{
	struct sync_question *question = mem_alloc(1, sizeof(*question));

	*question = (struct sync_question){.sync = sync, .answer = answer, .context = context};
	sync_expect(sync);
	redis_link_ask(sync->link, words, on_answer, question);
}

/* --- the order ---------------------------------------------------------------------------------------- */

static void on_up(void *context)
{
	struct sync *sync = context;

	set_state(sync, STATE_BEGINNING);
	take_step(sync, SYNC_BEGIN);
	sync->mark = redis_link_mark(sync->link); /* comes back behind the channels' confirmations */
}

static void on_lost(void *context)
{
	struct sync *sync = context;

	set_state(sync, STATE_AWAY);
	drop_meanwhile(sync);
	take_step(sync, SYNC_LOST);
}

static void on_marked(void *context, uint64_t mark)
{
	struct sync *sync = context;

	if (mark != sync->mark)
		return; /* a check's */
	if (sync->state == STATE_BEGINNING) {
		set_state(sync, STATE_ASKING);
		sync_expect(sync); /* so that all parts have asked before the last answer can have come */
		take_step(sync, SYNC_ASK);
		sync_answered(sync, true);
	} else if (sync->state == STATE_SETTLING) {
		take_step(sync, SYNC_TAKE);
		for (const struct meanwhile *message = sync->first; message; message = message->next)
			message->member->part->message(message->member->context, message->channel,
						       message->payload, message->len);
		drop_meanwhile(sync);
		set_state(sync, STATE_LIVE);
		take_step(sync, SYNC_DONE);
		redis_link_is_well(sync->link);
	}
}

/* --- messages ----------------------------------------------------------------------------------------- */

/* The part whose channel it is; NULL if nobody's. */
static const struct member *member_of(const struct sync *sync, const char *channel)
{
	for (const struct member *member = sync->members; member; member = member->next)
		for (const char *const *prefix = member->part->channels; *prefix; prefix++)
			if (strncmp(channel, *prefix, strlen(*prefix)) == 0)
				return member;
	return NULL;
}

static void on_followed(void *context, const char *channel)
{
	const struct member *member = member_of(context, channel);

	if (member && member->part->followed)
		member->part->followed(member->context, channel);
}

static void on_message(void *context, const char *channel, const char *payload, size_t len)
{
	struct sync *sync = context;
	const struct member *member = member_of(sync, channel);
	struct meanwhile *message;

	if (!member)
		return;
	if (sync->state == STATE_LIVE || member->part->immediate) {
		member->part->message(member->context, channel, payload, len);
		return;
	}
	if (sync->state == STATE_FAILED)
		return;
	message = mem_alloc(1, sizeof(*message) + len + 1);
	message->member = member;
	message->channel = mem_text(channel);
	message->len = len;
	memcpy(message->payload, payload, len);
	*sync->last = message;
	sync->last = &message->next;
	sync->meanwhile_bytes += len;
	if (sync->meanwhile_bytes > MEANWHILE_MAX) {
		log_warning("sync", "too much is published while Redis is being read: beginning anew");
		fail(sync);
	}
}

/* --- the whole ---------------------------------------------------------------------------------------- */

struct sync *sync_new(struct ev_loop *loop, const struct redis_address *address, struct redis_tls *tls,
		      struct redis_link **link)
{
	static const struct redis_link_events EVENTS = {.up = on_up,
							.lost = on_lost,
							.followed = on_followed,
							.marked = on_marked,
							.message = on_message};
	struct sync *sync = mem_alloc(1, sizeof(*sync));

	sync->last = &sync->first;
	sync->link = redis_link_new(loop, address, tls, &EVENTS, sync);
	*link = sync->link;
	return sync;
}

void sync_join(struct sync *sync, const struct sync_part *part, void *context)
{
	struct member *member = mem_alloc(1, sizeof(*member)), **end = &sync->members;

	member->part = part;
	member->context = context;
	while (*end)
		end = &(*end)->next;
	*end = member;
}

void sync_free(struct sync *sync)
{
	if (!sync)
		return;
	drop_meanwhile(sync);
	while (sync->members) {
		struct member *next = sync->members->next;

		free(sync->members);
		sync->members = next;
	}
	free(sync);
}
