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
 * may be put aside, the link is restarted and the sync begins anew. What must stay true: no part hears a
 * message before its `loaded`, unless it asks for that; and none hears `live` before all messages that were
 * put aside.
 */
#include "feed/sync.h"

#include "common/log.h"
#include "common/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MEANWHILE_MAX (64 * 1024 * 1024) /* bytes put aside; with more, the sync begins anew */

enum sync_state {
	SYNC_AWAY,	/* there is no link */
	SYNC_BEGINNING, /* the channels are not confirmed yet */
	SYNC_ASKING,	/* questions are open */
	SYNC_SETTLING,	/* all are answered; messages from before the answers may still come */
	SYNC_FAILED,	/* waits for the end of the link */
	SYNC_LIVE,
	SYNC_STATES
};

struct member {
	struct member *next;
	const struct feed_part *part;
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
	uint64_t mark;	/* SYNC_BEGINNING, SYNC_SETTLING: the one that is awaited */
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

/* Calls `callback` of every part that has it. */
#define CALL(sync, callback)                                                       \
	do {                                                                       \
		for (const struct member *to = (sync)->members; to; to = to->next) \
			if (to->part->callback)                                    \
				to->part->callback(to->context);                   \
	} while (0)

/* The one place where the state changes. */
static void set_state(struct sync *sync, enum sync_state state)
{
	static const bool MOVES[SYNC_STATES][SYNC_STATES] = {
		[SYNC_AWAY] = {[SYNC_BEGINNING] = true},
		[SYNC_BEGINNING] = {[SYNC_ASKING] = true, [SYNC_FAILED] = true, [SYNC_AWAY] = true},
		[SYNC_ASKING] = {[SYNC_SETTLING] = true, [SYNC_FAILED] = true, [SYNC_AWAY] = true},
		[SYNC_SETTLING] = {[SYNC_LIVE] = true, [SYNC_FAILED] = true, [SYNC_AWAY] = true},
		[SYNC_FAILED] = {[SYNC_AWAY] = true},
		[SYNC_LIVE] = {[SYNC_AWAY] = true}};

	assert(MOVES[sync->state][state]);
	sync->state = state;
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

static void fail(struct sync *sync)
{
	set_state(sync, SYNC_FAILED);
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
	if (sync->state != SYNC_ASKING)
		return;
	if (!good) {
		fail(sync);
	} else if (sync->pending == 0) {
		set_state(sync, SYNC_SETTLING);
		sync->mark = redis_link_mark(sync->link);
	}
}

static void on_answer(void *context, const struct reply *reply)
{
	struct sync_question question = *(struct sync_question *)context;

	free(context);
	question.answer(question.context, question.sync->state == SYNC_ASKING ? reply : NULL);
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

	set_state(sync, SYNC_BEGINNING);
	CALL(sync, begin);
	sync->mark = redis_link_mark(sync->link); /* comes back behind the channels' confirmations */
}

static void on_lost(void *context)
{
	struct sync *sync = context;

	set_state(sync, SYNC_AWAY);
	drop_meanwhile(sync);
	CALL(sync, lost);
}

static void finish(struct sync *sync)
{
	CALL(sync, loaded);
	for (const struct meanwhile *message = sync->first; message; message = message->next)
		message->member->part->message(message->member->context, message->channel, message->payload,
					       message->len);
	drop_meanwhile(sync);
	set_state(sync, SYNC_LIVE);
	CALL(sync, live);
	redis_link_is_well(sync->link);
}

static void on_marked(void *context, uint64_t mark)
{
	struct sync *sync = context;

	if (mark != sync->mark)
		return; /* a check's */
	if (sync->state == SYNC_SETTLING) {
		finish(sync);
	} else if (sync->state == SYNC_BEGINNING) {
		set_state(sync, SYNC_ASKING);
		/* The sync's own, so that it ends even if no part has a question. */
		sync_expect(sync);
		CALL(sync, ask);
		sync_answered(sync, true);
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

static void put_aside(struct sync *sync, const struct member *member, const char *channel,
		      const char *payload, size_t len)
{
	struct meanwhile *message = mem_alloc(1, sizeof(*message) + len + 1);

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

static void on_message(void *context, const char *channel, const char *payload, size_t len)
{
	struct sync *sync = context;
	const struct member *member = member_of(sync, channel);

	if (!member || !member->part->message)
		return;
	if (sync->state == SYNC_LIVE || member->part->immediate)
		member->part->message(member->context, channel, payload, len);
	else if (sync->state != SYNC_FAILED)
		put_aside(sync, member, channel, payload, len);
}

/* --- the whole ---------------------------------------------------------------------------------------- */

const struct redis_link_events SYNC_LINK_EVENTS = {
	.up = on_up, .lost = on_lost, .followed = on_followed, .marked = on_marked, .message = on_message};

struct sync *sync_new(void)
{
	struct sync *sync = mem_alloc(1, sizeof(*sync));

	sync->last = &sync->first;
	return sync;
}

void sync_use(struct sync *sync, struct redis_link *link)
{
	sync->link = link;
}

void sync_join(struct sync *sync, const struct feed_part *part, void *context)
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
