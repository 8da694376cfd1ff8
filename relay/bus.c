/* Two asynchronous connections on the program's loop. Knows what was asked, not what it means. */
#include "relay/bus.h"

#include "common/keys.h"
#include "common/log.h"
#include "common/mem.h"

#include <hiredis/adapters/libev.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PAUSE_MIN_S 0.05
#define PAUSE_MAX_S 2.0
#define WORDS_MAX   16

#define CHECK_FOLLOWER 1u
#define CHECK_ASKER    2u

enum bus_state {
	BUS_PAUSING, /* the timer runs until the next attempt */
	BUS_CONNECTING,
	BUS_UP
};

struct bus {
	enum bus_state state;
	struct ev_loop *loop;
	const struct redis_address *address;
	struct redis_tls *tls; /* NULL: none; not ours */
	const struct bus_events *events;
	void *context;
	redisAsyncContext *follower, *asker; /* NULL while there is none */
	unsigned connected;		     /* how many of the two */
	unsigned unanswered;		     /* CHECK_ bits */
	ev_timer timer;			     /* PAUSING: the next attempt; UP: bus_restart was called */
	struct question *unasked;	     /* asked while down, to be answered from the loop */
	ev_timer unasked_timer;
	double pause_s;
};

struct question {
	bus_answer *answer; /* NULL: cancelled */
	void *context;
	struct question *next; /* of bus->unasked */
};

/* --- replies ------------------------------------------------------------------------------------------ */

static const redisReply *as_redis(const struct reply *reply)
{
	return (const redisReply *)(const void *)reply;
}

size_t reply_count(const struct reply *reply)
{
	return reply && as_redis(reply)->type == REDIS_REPLY_ARRAY ? as_redis(reply)->elements : 0;
}

const struct reply *reply_at(const struct reply *reply, size_t index)
{
	return index < reply_count(reply)
		       ? (const struct reply *)(const void *)as_redis(reply)->element[index]
		       : NULL;
}

const char *reply_text(const struct reply *reply, size_t *len)
{
	if (!reply ||
	    (as_redis(reply)->type != REDIS_REPLY_STRING && as_redis(reply)->type != REDIS_REPLY_STATUS))
		return NULL;
	if (len)
		*len = (size_t)as_redis(reply)->len;
	return as_redis(reply)->str;
}

int64_t reply_integer(const struct reply *reply)
{
	const char *text = reply_text(reply, NULL);

	if (text)
		return strtoll(text, NULL, 10);
	return reply && as_redis(reply)->type == REDIS_REPLY_INTEGER ? as_redis(reply)->integer : 0;
}

/* --- questions ---------------------------------------------------------------------------------------- */

static void on_reply(redisAsyncContext *context, void *given, void *user)
{
	const redisReply *reply = given;
	struct question *question = user;

	(void)context;
	if (reply && reply->type == REDIS_REPLY_ERROR) {
		log_error("bus", "Redis refuses a command: %s", reply->str);
		reply = NULL;
	}
	if (question->answer)
		question->answer(question->context, (const struct reply *)(const void *)reply);
	free(question);
}

static void answer_unasked(struct bus *bus)
{
	while (bus->unasked) {
		struct question *question = bus->unasked;

		bus->unasked = question->next;
		on_reply(NULL, NULL, question);
	}
}

static void on_unasked(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	answer_unasked(timer->data);
}

struct question *bus_ask(struct bus *bus, bus_answer *answer, void *context, ...)
{
	struct question *question = mem_alloc(1, sizeof(*question));
	const char *words[WORDS_MAX];
	int count = 0;
	va_list args;

	va_start(args, context);
	while (count < WORDS_MAX && (words[count] = va_arg(args, const char *)))
		count++;
	va_end(args);
	question->answer = answer;
	question->context = context;
	if (!bus->asker ||
	    redisAsyncCommandArgv(bus->asker, on_reply, question, count, words, NULL) != REDIS_OK) {
		question->next = bus->unasked;
		bus->unasked = question;
		ev_timer_start(bus->loop, &bus->unasked_timer);
	}
	return question;
}

void question_cancel(struct question *question)
{
	if (question)
		question->answer = NULL;
}

/* --- following ---------------------------------------------------------------------------------------- */

/* SAMPLE ["message", "p2pdash:logs", "worker-001\n{…}"] or ["subscribe", "p2pdash:logs", 4] */
static void on_followed(redisAsyncContext *context, void *given, void *user)
{
	struct bus *bus = user;
	const struct reply *reply = given;
	const char *kind = reply_text(reply_at(reply, 0), NULL);
	const char *channel = reply_text(reply_at(reply, 1), NULL), *payload;
	size_t len;

	if (context != bus->follower || !kind || !channel)
		return;
	if (strcmp(kind, "message") == 0) {
		payload = reply_text(reply_at(reply, 2), &len);
		if (payload)
			bus->events->message(bus->context, channel, payload, len);
	} else if (strcmp(kind, "subscribe") == 0) {
		if (strcmp(channel, CHANNEL_REVOKED) == 0)
			bus->unanswered &= ~CHECK_FOLLOWER;
		bus->events->followed(bus->context, channel);
	}
}

static void tell_follower(struct bus *bus, const char *verb, const char *channel)
{
	const char *words[] = {verb, channel};

	if (bus->follower &&
	    redisAsyncCommandArgv(bus->follower, on_followed, bus, 2, words, NULL) != REDIS_OK)
		log_error("bus", "cannot send to Redis: %s channel=%s", bus->follower->errstr, channel);
}

void bus_follow(struct bus *bus, const char *channel)
{
	tell_follower(bus, "SUBSCRIBE", channel);
}

void bus_unfollow(struct bus *bus, const char *channel)
{
	tell_follower(bus, "UNSUBSCRIBE", channel);
}

/* --- connections -------------------------------------------------------------------------------------- */

static void forget(redisAsyncContext **slot, const redisAsyncContext *gone)
{
	redisAsyncContext *context = *slot;

	*slot = NULL;
	if (!context)
		return;
	context->data = NULL;
	if (context != gone)
		redisAsyncFree(context);
}

/* Ends both connections; `gone` is the one that hiredis itself is about to free. */
static void lose(struct bus *bus, const redisAsyncContext *gone, const char *why)
{
	bool was_up = bus->state == BUS_UP;

	bus->state = BUS_PAUSING;
	bus->connected = 0;
	bus->unanswered = 0;
	/* Said aloud once, not for every attempt. */
	(bus->pause_s > PAUSE_MIN_S ? log_debug : log_warning)(
		"bus", "no connection to Redis, trying again: %s", redis_tls_problem(bus->tls, why));
	forget(&bus->follower, gone);
	forget(&bus->asker, gone);
	ev_timer_stop(bus->loop, &bus->timer);
	ev_timer_set(&bus->timer, bus->pause_s, 0);
	ev_timer_start(bus->loop, &bus->timer);
	bus->pause_s = bus->pause_s * 2 < PAUSE_MAX_S ? bus->pause_s * 2 : PAUSE_MAX_S;
	if (was_up)
		bus->events->lost(bus->context);
}

/* An error has been logged by on_reply; what is asked next will fail too, and end the connection. */
static void on_login(redisAsyncContext *context, void *reply, void *user)
{
	const redisReply *given = reply;

	(void)context;
	(void)user;
	if (given && given->type == REDIS_REPLY_ERROR)
		log_error("bus", "Redis refuses the login or the database: %s", given->str);
}

static void log_in(struct bus *bus, redisAsyncContext *context)
{
	const struct redis_address *address = bus->address;
	char database[16];
	const char *auth[] = {"AUTH", address->user, address->password};
	const char *select[] = {"SELECT", database};

	if (*address->password && *address->user)
		redisAsyncCommandArgv(context, on_login, NULL, 3, auth, NULL);
	else if (*address->password)
		redisAsyncCommandArgv(context, on_login, NULL, 2, (const char *[]){"AUTH", address->password},
				      NULL);
	snprintf(database, sizeof(database), "%d", address->database);
	if (address->database)
		redisAsyncCommandArgv(context, on_login, NULL, 2, select, NULL);
}

static void on_connect(const redisAsyncContext *context, int status)
{
	struct bus *bus = context->data;

	if (!bus)
		return;
	if (status != REDIS_OK) {
		lose(bus, context, context->errstr);
		return;
	}
	if (++bus->connected < 2)
		return;
	bus->state = BUS_UP;
	bus->unanswered = 0;
	log_in(bus, bus->follower);
	log_in(bus, bus->asker);
	bus->events->up(bus->context);
}

static void on_disconnect(const redisAsyncContext *context, int status)
{
	struct bus *bus = context->data;

	(void)status;
	if (bus)
		lose(bus, context, context->errstr && *context->errstr ? context->errstr : "closed");
}

static redisAsyncContext *open_connection(struct bus *bus, struct reason *why)
{
	const struct redis_address *address = bus->address;
	redisAsyncContext *context = *address->path ? redisAsyncConnectUnix(address->path)
						    : redisAsyncConnect(address->host, address->port);

	if (!context || context->err || !redis_tls_begin(bus->tls, &context->c) ||
	    redisLibevAttach(bus->loop, context) != REDIS_OK) {
		snprintf(why->text, sizeof(why->text), "%s", context ? context->c.errstr : "no memory");
		if (context)
			redisAsyncFree(context);
		return NULL;
	}
	context->data = bus;
	redisAsyncSetConnectCallback(context, on_connect);
	redisAsyncSetDisconnectCallback(context, on_disconnect);
	return context;
}

static void connect_both(struct bus *bus)
{
	struct reason why;

	bus->state = BUS_CONNECTING;
	bus->follower = open_connection(bus, &why);
	bus->asker = bus->follower ? open_connection(bus, &why) : NULL;
	if (!bus->asker)
		lose(bus, NULL, why.text);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bus *bus = timer->data;

	(void)loop;
	(void)events;
	if (bus->state == BUS_PAUSING)
		connect_both(bus);
	else
		lose(bus, NULL, "what was asked could not be had");
}

struct bus *bus_new(struct ev_loop *loop, const struct redis_address *address, struct redis_tls *tls,
		    const struct bus_events *events, void *context)
{
	struct bus *bus = mem_alloc(1, sizeof(*bus));

	bus->loop = loop;
	bus->address = address;
	bus->tls = tls;
	bus->events = events;
	bus->context = context;
	bus->pause_s = PAUSE_MIN_S;
	ev_timer_init(&bus->timer, on_timer, 0, 0);
	bus->timer.data = bus;
	ev_timer_start(loop, &bus->timer);
	ev_timer_init(&bus->unasked_timer, on_unasked, 0, 0);
	bus->unasked_timer.data = bus;
	return bus;
}

void bus_free(struct bus *bus)
{
	if (!bus)
		return;
	ev_timer_stop(bus->loop, &bus->timer);
	forget(&bus->follower, NULL);
	forget(&bus->asker, NULL);
	ev_timer_stop(bus->loop, &bus->unasked_timer);
	answer_unasked(bus);
	free(bus);
}

void bus_restart(struct bus *bus)
{
	if (bus->state != BUS_UP || ev_is_active(&bus->timer))
		return;
	ev_timer_set(&bus->timer, bus->pause_s, 0);
	ev_timer_start(bus->loop, &bus->timer);
}

void bus_is_well(struct bus *bus)
{
	log_info("bus", "connected to Redis");
	bus->pause_s = PAUSE_MIN_S;
}

static void on_pong(void *context, const struct reply *reply)
{
	struct bus *bus = context;

	if (reply)
		bus->unanswered &= ~CHECK_ASKER;
}

void bus_check(struct bus *bus)
{
	if (bus->state == BUS_PAUSING)
		return;
	if (bus->unanswered) {
		lose(bus, NULL, "it does not answer");
		return;
	}
	bus->unanswered = CHECK_FOLLOWER | CHECK_ASKER;
	if (bus->state != BUS_UP)
		return;
	bus_follow(bus, CHANNEL_REVOKED);
	bus_ask(bus, on_pong, bus, "PING", NULL);
}
