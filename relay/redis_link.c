/* Two asynchronous connections on the program's loop. Knows what was asked, not what it means. */
#include "relay/redis_link.h"

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

enum redis_link_state {
	REDIS_LINK_PAUSING, /* the timer runs until the next attempt */
	REDIS_LINK_CONNECTING,
	REDIS_LINK_UP
};

struct redis_link {
	enum redis_link_state state;
	struct ev_loop *loop;
	const struct redis_address *address;
	struct redis_tls *tls; /* NULL: none; not ours */
	const struct redis_link_events *events;
	void *context;
	redisAsyncContext *follower, *asker; /* NULL while there is none */
	unsigned connected;		     /* how many of the two */
	unsigned unanswered;		     /* CHECK_ bits */
	ev_timer timer;		  /* PAUSING: the next attempt; UP: redis_link_restart was called */
	struct question *unasked; /* asked while down, to be answered from the loop */
	ev_timer unasked_timer;
	double pause_s;
};

struct question {
	redis_link_answer *answer; /* NULL: cancelled */
	void *context;
	struct question *next; /* of redis->unasked */
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

static void answer_unasked(struct redis_link *redis)
{
	while (redis->unasked) {
		struct question *question = redis->unasked;

		redis->unasked = question->next;
		on_reply(NULL, NULL, question);
	}
}

static void on_unasked(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	answer_unasked(timer->data);
}

struct question *redis_link_ask(struct redis_link *redis, redis_link_answer *answer, void *context, ...)
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
	if (!redis->asker ||
	    redisAsyncCommandArgv(redis->asker, on_reply, question, count, words, NULL) != REDIS_OK) {
		question->next = redis->unasked;
		redis->unasked = question;
		ev_timer_start(redis->loop, &redis->unasked_timer);
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
	struct redis_link *redis = user;
	const struct reply *reply = given;
	const char *kind = reply_text(reply_at(reply, 0), NULL);
	const char *channel = reply_text(reply_at(reply, 1), NULL), *payload;
	size_t len;

	if (context != redis->follower || !kind || !channel)
		return;
	if (strcmp(kind, "message") == 0) {
		payload = reply_text(reply_at(reply, 2), &len);
		if (payload)
			redis->events->message(redis->context, channel, payload, len);
	} else if (strcmp(kind, "subscribe") == 0) {
		if (strcmp(channel, CHANNEL_REVOKED) == 0)
			redis->unanswered &= ~CHECK_FOLLOWER;
		redis->events->followed(redis->context, channel);
	}
}

static void tell_follower(struct redis_link *redis, const char *verb, const char *channel)
{
	const char *words[] = {verb, channel};

	if (redis->follower &&
	    redisAsyncCommandArgv(redis->follower, on_followed, redis, 2, words, NULL) != REDIS_OK)
		log_error("bus", "cannot send to Redis: %s channel=%s", redis->follower->errstr, channel);
}

void redis_link_follow(struct redis_link *redis, const char *channel)
{
	tell_follower(redis, "SUBSCRIBE", channel);
}

void redis_link_unfollow(struct redis_link *redis, const char *channel)
{
	tell_follower(redis, "UNSUBSCRIBE", channel);
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
static void lose(struct redis_link *redis, const redisAsyncContext *gone, const char *why)
{
	bool was_up = redis->state == REDIS_LINK_UP;

	redis->state = REDIS_LINK_PAUSING;
	redis->connected = 0;
	redis->unanswered = 0;
	/* Said aloud once, not for every attempt. */
	(redis->pause_s > PAUSE_MIN_S ? log_debug : log_warning)(
		"bus", "no connection to Redis, trying again: %s", redis_tls_problem(redis->tls, why));
	forget(&redis->follower, gone);
	forget(&redis->asker, gone);
	ev_timer_stop(redis->loop, &redis->timer);
	ev_timer_set(&redis->timer, redis->pause_s, 0);
	ev_timer_start(redis->loop, &redis->timer);
	redis->pause_s = redis->pause_s * 2 < PAUSE_MAX_S ? redis->pause_s * 2 : PAUSE_MAX_S;
	if (was_up)
		redis->events->lost(redis->context);
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

static void log_in(struct redis_link *redis, redisAsyncContext *context)
{
	const struct redis_address *address = redis->address;
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
	struct redis_link *redis = context->data;

	if (!redis)
		return;
	if (status != REDIS_OK) {
		lose(redis, context, context->errstr);
		return;
	}
	if (++redis->connected < 2)
		return;
	redis->state = REDIS_LINK_UP;
	redis->unanswered = 0;
	log_in(redis, redis->follower);
	log_in(redis, redis->asker);
	redis->events->up(redis->context);
}

static void on_disconnect(const redisAsyncContext *context, int status)
{
	struct redis_link *redis = context->data;

	(void)status;
	if (redis)
		lose(redis, context, context->errstr && *context->errstr ? context->errstr : "closed");
}

static redisAsyncContext *open_connection(struct redis_link *redis, struct reason *why)
{
	const struct redis_address *address = redis->address;
	redisAsyncContext *context = *address->path ? redisAsyncConnectUnix(address->path)
						    : redisAsyncConnect(address->host, address->port);

	if (!context || context->err || !redis_tls_begin(redis->tls, &context->c) ||
	    redisLibevAttach(redis->loop, context) != REDIS_OK) {
		snprintf(why->text, sizeof(why->text), "%s", context ? context->c.errstr : "no memory");
		if (context)
			redisAsyncFree(context);
		return NULL;
	}
	context->data = redis;
	redisAsyncSetConnectCallback(context, on_connect);
	redisAsyncSetDisconnectCallback(context, on_disconnect);
	return context;
}

static void connect_both(struct redis_link *redis)
{
	struct reason why;

	redis->state = REDIS_LINK_CONNECTING;
	redis->follower = open_connection(redis, &why);
	redis->asker = redis->follower ? open_connection(redis, &why) : NULL;
	if (!redis->asker)
		lose(redis, NULL, why.text);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct redis_link *redis = timer->data;

	(void)loop;
	(void)events;
	if (redis->state == REDIS_LINK_PAUSING)
		connect_both(redis);
	else
		lose(redis, NULL, "what was asked could not be had");
}

struct redis_link *redis_link_new(struct ev_loop *loop, const struct redis_address *address,
				  struct redis_tls *tls, const struct redis_link_events *events,
				  void *context)
{
	struct redis_link *redis = mem_alloc(1, sizeof(*redis));

	redis->loop = loop;
	redis->address = address;
	redis->tls = tls;
	redis->events = events;
	redis->context = context;
	redis->pause_s = PAUSE_MIN_S;
	ev_timer_init(&redis->timer, on_timer, 0, 0);
	redis->timer.data = redis;
	ev_timer_start(loop, &redis->timer);
	ev_timer_init(&redis->unasked_timer, on_unasked, 0, 0);
	redis->unasked_timer.data = redis;
	return redis;
}

void redis_link_free(struct redis_link *redis)
{
	if (!redis)
		return;
	ev_timer_stop(redis->loop, &redis->timer);
	forget(&redis->follower, NULL);
	forget(&redis->asker, NULL);
	ev_timer_stop(redis->loop, &redis->unasked_timer);
	answer_unasked(redis);
	free(redis);
}

void redis_link_restart(struct redis_link *redis)
{
	if (redis->state != REDIS_LINK_UP || ev_is_active(&redis->timer))
		return;
	ev_timer_set(&redis->timer, redis->pause_s, 0);
	ev_timer_start(redis->loop, &redis->timer);
}

void redis_link_is_well(struct redis_link *redis)
{
	log_info("bus", "connected to Redis");
	redis->pause_s = PAUSE_MIN_S;
}

static void on_pong(void *context, const struct reply *reply)
{
	struct redis_link *redis = context;

	if (reply)
		redis->unanswered &= ~CHECK_ASKER;
}

void redis_link_check(struct redis_link *redis)
{
	if (redis->state == REDIS_LINK_PAUSING)
		return;
	if (redis->unanswered) {
		lose(redis, NULL, "it does not answer");
		return;
	}
	redis->unanswered = CHECK_FOLLOWER | CHECK_ASKER;
	if (redis->state != REDIS_LINK_UP)
		return;
	redis_link_follow(redis, CHANNEL_REVOKED);
	redis_link_ask(redis, on_pong, redis, "PING", NULL);
}
