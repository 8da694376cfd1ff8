/*
 * Two asynchronous connections on the program's loop. This file knows what was asked, but not what it means.
 *
 * Connections fail in many ways: they are refused, reset, or stand without an answer while Redis hangs.
 * Whoever uses the link sees two events, `up` and `lost`. Losing one connection closes the other, so that
 * nobody has to think about one half of a link: a follower whose questions fail, or who no longer hears what
 * is published, has to begin anew in any case.
 *
 * hiredis calls us back from within its own functions, and frees a connection after its callback. So lose()
 * is told which connection is about to be freed, and a connection that is no longer ours has no `data`.
 * Questions are answered exactly once: by Redis, by hiredis with NULL when the connection ends, or, if there
 * was no connection to ask on, by a timer of no length.
 *
 * To learn that all messages so far have arrived, and that the connection that follows channels still lives,
 * a channel to which nobody publishes is subscribed to again: Redis confirms each time, in order with the
 * messages.
 */
#include "feed/redis_link.h"

#include "common/keys.h"
#include "common/log.h"
#include "common/mem.h"

#include <assert.h>
#include <hiredis/adapters/libev.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MIN_S 0.05
#define PAUSE_MAX_S 2.0

enum link_state {
	LINK_PAUSING,	 /* the timer runs until the next attempt */
	LINK_CONNECTING, /* until both connections stand */
	LINK_UP,
	LINK_RESTARTING, /* up and of no use: the timer runs until both connections are ended */
	LINK_CLOSED,	 /* being freed */
	LINK_STATES
};

struct redis_link {
	enum link_state state;
	struct ev_loop *loop;
	const struct redis_address *address;
	struct redis_tls *tls; /* NULL: none */
	const struct redis_link_events *events;
	void *context;

	redisAsyncContext *follower, *asker; /* NULL while there is none */
	unsigned connected;		     /* how many of the two */
	ev_timer timer;			     /* LINK_PAUSING and LINK_RESTARTING */
	double pause_s;			     /* the next one */

	uint64_t marks_sent, marks_passed; /* of this connection */
	uint64_t check_mark;		   /* the mark that the last check is waiting for; 0: none */
	bool ping_is_open;		   /* the last check's PING has not been answered */

	struct question *unasked; /* asked without a connection, to be answered by the timer */
	ev_timer unasked_timer;
};

/* The one place where the state changes. */
static void set_state(struct redis_link *link, enum link_state state)
{
	static const bool MOVES[LINK_STATES][LINK_STATES] = {
		[LINK_PAUSING] = {[LINK_CONNECTING] = true, [LINK_CLOSED] = true},
		[LINK_CONNECTING] = {[LINK_PAUSING] = true, [LINK_UP] = true, [LINK_CLOSED] = true},
		[LINK_UP] = {[LINK_PAUSING] = true, [LINK_RESTARTING] = true, [LINK_CLOSED] = true},
		[LINK_RESTARTING] = {[LINK_PAUSING] = true, [LINK_CLOSED] = true}};

	assert(MOVES[link->state][state]);
	link->state = state;
}

/* --- questions ---------------------------------------------------------------------------------------- */

static void on_reply(redisAsyncContext *context, void *given, void *user)
{
	const redisReply *reply = given;
	struct question *question = user;

	(void)context;
	if (reply && reply->type == REDIS_REPLY_ERROR) {
		log_error("redis_link", "Redis refuses a command: %s", reply->str);
		reply = NULL;
	}
	if (question->answer)
		question->answer(question->context, (const struct reply *)(const void *)reply);
	free(question);
}

static void answer_unasked(struct redis_link *link)
{
	while (link->unasked) {
		struct question *question = link->unasked;

		link->unasked = question->next;
		on_reply(NULL, NULL, question);
	}
}

static void on_unasked(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	answer_unasked(timer->data);
}

static bool send_command(redisAsyncContext *connection, redisCallbackFn *callback, void *user,
			 const char *const *words)
{
	int count = 0;

	while (words[count])
		count++;
	/* hiredis copies the words, though its prototype does not promise to leave them alone. */
	return redisAsyncCommandArgv(connection, callback, user, count, (const char **)(uintptr_t)words,
				     NULL) == REDIS_OK;
}

struct question *redis_link_ask(struct redis_link *link, const char *const *words, reply_handler *answer,
				void *context)
{
	struct question *question = mem_alloc(1, sizeof(*question));

	question->answer = answer;
	question->context = context;
	/* Before the login is sent, Redis would take a command for the wrong user and database. */
	if (link->state != LINK_UP || !send_command(link->asker, on_reply, question, words)) {
		question->next = link->unasked;
		link->unasked = question;
		ev_timer_start(link->loop, &link->unasked_timer);
	}
	return question;
}

/* --- channels ----------------------------------------------------------------------------------------- */

/* SAMPLE ["message", "p2pdash:logs", "worker-001\n{…}"] or ["subscribe", "p2pdash:logs", 4] */
static void on_channel(redisAsyncContext *context, void *given, void *user)
{
	struct redis_link *link = user;
	const struct reply *reply = given;
	const char *kind = reply_text(reply_at(reply, 0), NULL);
	const char *channel = reply_text(reply_at(reply, 1), NULL), *payload;
	size_t len;

	if (context != link->follower || !kind || !channel)
		return;
	if (strcmp(kind, "message") == 0) {
		payload = reply_text(reply_at(reply, 2), &len);
		if (payload)
			link->events->message(link->context, channel, payload, len);
	} else if (strcmp(kind, "subscribe") == 0 && strcmp(channel, CHANNEL_MARKS) == 0) {
		link->events->marked(link->context, ++link->marks_passed);
	} else if (strcmp(kind, "subscribe") == 0) {
		link->events->followed(link->context, channel);
	}
}

static void tell_follower(struct redis_link *link, const char *verb, const char *channel)
{
	if (link->state == LINK_UP &&
	    !send_command(link->follower, on_channel, link, REDIS_WORDS(verb, channel)))
		log_error("redis_link", "cannot send to Redis: %s channel=%s", link->follower->errstr,
			  channel);
}

void redis_link_follow(struct redis_link *link, const char *channel)
{
	tell_follower(link, "SUBSCRIBE", channel);
}

void redis_link_unfollow(struct redis_link *link, const char *channel)
{
	tell_follower(link, "UNSUBSCRIBE", channel);
}

uint64_t redis_link_mark(struct redis_link *link)
{
	if (link->state != LINK_UP)
		return 0;
	tell_follower(link, "SUBSCRIBE", CHANNEL_MARKS);
	return ++link->marks_sent;
}

/* --- connections -------------------------------------------------------------------------------------- */

static void start_timer(struct redis_link *link)
{
	ev_timer_stop(link->loop, &link->timer);
	ev_timer_set(&link->timer, link->pause_s, 0);
	ev_timer_start(link->loop, &link->timer);
}

/* Lets go of a connection; `gone` is the one that hiredis itself is about to free, or NULL. */
static void drop_connection(redisAsyncContext **slot, const redisAsyncContext *gone)
{
	redisAsyncContext *context = *slot;

	*slot = NULL;
	if (!context)
		return;
	context->data = NULL;
	if (context != gone)
		redisAsyncFree(context); /* answers its questions with NULL */
}

/* Ends both connections, whatever state they are in, and pauses until the next attempt. */
static void lose(struct redis_link *link, const redisAsyncContext *gone, const char *why)
{
	bool was_up = link->state == LINK_UP || link->state == LINK_RESTARTING;

	set_state(link, LINK_PAUSING);
	link->connected = 0;
	/* An outage is one warning; further attempts are only of interest to who looks for a fault. */
	(link->pause_s > PAUSE_MIN_S ? log_debug : log_warning)(
		"redis_link", "no connection to Redis, trying again: %s", redis_tls_problem(link->tls, why));
	drop_connection(&link->follower, gone);
	drop_connection(&link->asker, gone);
	start_timer(link);
	link->pause_s = link->pause_s * 2 < PAUSE_MAX_S ? link->pause_s * 2 : PAUSE_MAX_S;
	if (was_up)
		link->events->lost(link->context);
}

/* A login that fails is logged here. The commands behind it fail too, and whoever asked them restarts the
 * link. */
static void on_login(redisAsyncContext *context, void *reply, void *user)
{
	const redisReply *given = reply;

	(void)context;
	(void)user;
	if (given && given->type == REDIS_REPLY_ERROR)
		log_error("redis_link", "Redis refuses the login or the database: %s", given->str);
}

static void log_in(struct redis_link *link, redisAsyncContext *connection)
{
	const struct redis_address *address = link->address;
	char database[16];

	if (*address->password && *address->user)
		send_command(connection, on_login, NULL,
			     REDIS_WORDS("AUTH", address->user, address->password));
	else if (*address->password)
		send_command(connection, on_login, NULL, REDIS_WORDS("AUTH", address->password));
	snprintf(database, sizeof(database), "%d", address->database);
	if (address->database)
		send_command(connection, on_login, NULL, REDIS_WORDS("SELECT", database));
}

static void on_connect(const redisAsyncContext *context, int status)
{
	struct redis_link *link = context->data;

	if (!link)
		return;
	if (status != REDIS_OK) {
		lose(link, context, context->errstr);
		return;
	}
	if (++link->connected < 2)
		return;
	set_state(link, LINK_UP);
	link->marks_sent = link->marks_passed = link->check_mark = 0;
	link->ping_is_open = false;
	log_in(link, link->follower);
	log_in(link, link->asker);
	link->events->up(link->context);
}

static void on_disconnect(const redisAsyncContext *context, int status)
{
	struct redis_link *link = context->data;

	(void)status;
	if (link)
		lose(link, context, context->errstr && *context->errstr ? context->errstr : "closed");
}

static redisAsyncContext *open_connection(struct redis_link *link, struct reason *why)
{
	const struct redis_address *address = link->address;
	redisAsyncContext *context = *address->path ? redisAsyncConnectUnix(address->path)
						    : redisAsyncConnect(address->host, address->port);

	if (!context || context->err || !redis_tls_begin(link->tls, &context->c) ||
	    redisLibevAttach(link->loop, context) != REDIS_OK) {
		snprintf(why->text, sizeof(why->text), "%s", context ? context->c.errstr : "no memory");
		if (context)
			redisAsyncFree(context);
		return NULL;
	}
	context->data = link;
	redisAsyncSetConnectCallback(context, on_connect);
	redisAsyncSetDisconnectCallback(context, on_disconnect);
	return context;
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct redis_link *link = timer->data;
	struct reason why;

	(void)loop;
	(void)events;
	if (link->state == LINK_RESTARTING) {
		lose(link, NULL, "what was asked could not be had");
		return;
	}
	set_state(link, LINK_CONNECTING);
	link->check_mark = 0;
	link->ping_is_open = false;
	link->follower = open_connection(link, &why);
	link->asker = link->follower ? open_connection(link, &why) : NULL;
	if (!link->asker)
		lose(link, NULL, why.text);
}

/* --- the whole ---------------------------------------------------------------------------------------- */

struct redis_link *redis_link_new(struct ev_loop *loop, const struct redis_address *address,
				  struct redis_tls *tls, const struct redis_link_events *events,
				  void *context)
{
	struct redis_link *link = mem_alloc(1, sizeof(*link));

	link->loop = loop;
	link->address = address;
	link->tls = tls;
	link->events = events;
	link->context = context;
	link->pause_s = PAUSE_MIN_S;
	ev_timer_init(&link->timer, on_timer, 0, 0);
	link->timer.data = link;
	ev_timer_start(loop, &link->timer);
	ev_timer_init(&link->unasked_timer, on_unasked, 0, 0);
	link->unasked_timer.data = link;
	return link;
}

void redis_link_free(struct redis_link *link)
{
	if (!link)
		return;
	set_state(link, LINK_CLOSED);
	drop_connection(&link->follower, NULL);
	drop_connection(&link->asker, NULL);
	answer_unasked(link);
	ev_timer_stop(link->loop, &link->timer);
	ev_timer_stop(link->loop, &link->unasked_timer);
	free(link);
}

void redis_link_restart(struct redis_link *link)
{
	if (link->state != LINK_UP)
		return;
	set_state(link, LINK_RESTARTING);
	start_timer(link);
}

void redis_link_is_well(struct redis_link *link)
{
	log_info("redis_link", "connected to Redis");
	link->pause_s = PAUSE_MIN_S;
}

static void on_pong(void *context, const struct reply *reply)
{
	struct redis_link *link = context;

	if (reply)
		link->ping_is_open = false;
}

/* A connection attempt is allowed to last from one check to the next, too. */
void redis_link_check(struct redis_link *link)
{
	if (link->state == LINK_PAUSING)
		return;
	if (link->ping_is_open || link->marks_passed < link->check_mark) {
		lose(link, NULL, "it does not answer");
		return;
	}
	link->ping_is_open = true;
	if (link->state == LINK_CONNECTING)
		return;
	link->check_mark = redis_link_mark(link);
	redis_link_ask(link, REDIS_WORDS("PING"), on_pong, link);
}
