/*
 * The connection to Redis: pipelines, timeouts, reconnecting, scripts. It knows no key and no meaning of a
 * command.
 *
 * Commands are added to a pipeline and run together, so one request of a browser costs one or two round
 * trips, not one for each key. hiredis collects the commands; run() sends them and then reads as many replies
 * as commands were added. A pipeline has a bounded length, so neither side ever holds an unbounded number of
 * replies.
 *
 * Nothing is ever sent twice. A connection that breaks while we wait for replies leaves open whether Redis
 * has done the commands, so the caller gets ERR_BACKEND_AWAY and decides; sending them again could store a
 * report twice or restart a service twice. There are two cases in which a restarted Redis costs no request
 * all the same. Before the first command of a pipeline we look at the socket: between pipelines it can only
 * be readable because Redis has closed it, and then we connect anew before anything is sent. And a script
 * that Redis says it does not know was not run, so it is sent once more with its text.
 *
 * A Redis that is down refuses connections at once and may be asked again soon. A Redis that is there but
 * silent costs each attempt a timeout; a longer pause before the next attempt lets most requests fail at once
 * instead of waiting.
 */
#include "fcgi/store/redis.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "fcgi/store/scripts.h"

#include <assert.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 1000 /* for each command of the greeting, too */
#define ANSWER_TIMEOUT_MS  2000
#define SILENT_PAUSE_MS	   1000 /* before the next attempt, where the last one ended by a timeout */
#define RETRY_AFTER_MS	   100	/* where it was refused at once */
#define FULL_SAID_EVERY_MS 60000

struct store *store_open(const struct redis_address *address, struct redis_tls *tls)
{
	struct store *store = mem_alloc(1, sizeof(*store));

	store->address = *address;
	store->tls = tls;
	return store;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	if (store->context)
		redisFree(store->context);
	free(store->known.list);
	free(store);
}

/* Ends the connection; the next pipeline makes a new one, once the pause is over. */
static void lose(struct store *store, const char *problem)
{
	int64_t now_ms = clock_monotonic_ms();
	bool was_silent = now_ms - store->asked_ms >= CONNECT_TIMEOUT_MS;

	if (!store->loss_said)
		log_error("store", "Redis is away: %s", problem);
	store->loss_said = true;
	if (store->context)
		redisFree(store->context);
	store->context = NULL;
	store->retry_at_ms = now_ms + (was_silent ? SILENT_PAUSE_MS : RETRY_AFTER_MS);
}

static struct timeval timeout_of(int64_t ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

/* Judges the reply to one command of the greeting, and frees it. False: refused or lost; the connection is
 * gone. */
static bool greeted(struct store *store, redisReply *reply)
{
	bool fine = reply && reply->type != REDIS_REPLY_ERROR;

	if (!fine)
		lose(store, reply ? reply->str : store->context->errstr);
	if (reply)
		freeReplyObject(reply);
	return fine;
}

/* Logs in, selects the database, and teaches Redis the scripts. */
static bool greet(struct store *store)
{
	const struct redis_address *a = &store->address;

	if (*a->user && !greeted(store, redisCommand(store->context, "AUTH %s %s", a->user, a->password)))
		return false;
	if (!*a->user && *a->password &&
	    !greeted(store, redisCommand(store->context, "AUTH %s", a->password)))
		return false;
	if (a->database && !greeted(store, redisCommand(store->context, "SELECT %d", a->database)))
		return false;
	for (size_t i = 0; i < SCRIPT_COUNT; i++) {
		redisReply *reply = redisCommand(store->context, "SCRIPT LOAD %s", SCRIPTS[i]);

		if (reply && reply->type == REDIS_REPLY_STRING && reply->len < sizeof(store->sha[i]))
			memcpy(store->sha[i], reply->str, reply->len + 1);
		if (!greeted(store, reply))
			return false;
	}
	return true;
}

/* Makes the connection; where that fails, or must not be tried yet, context stays NULL. */
static void connect_anew(struct store *store)
{
	const struct redis_address *a = &store->address;
	struct timeval timeout = timeout_of(CONNECT_TIMEOUT_MS);

	if (clock_monotonic_ms() < store->retry_at_ms)
		return;
	store->asked_ms = clock_monotonic_ms();
	store->context = *a->path ? redisConnectUnixWithTimeout(a->path, timeout)
				  : redisConnectWithTimeout(a->host, a->port, timeout);
	assert(store->context); /* NULL only when memory ran out */
	if (store->context->err) {
		lose(store, store->context->errstr);
		return;
	}
	(void)redisSetTimeout(store->context, timeout);
	if (!redis_tls_begin(store->tls, store->context)) {
		lose(store, redis_tls_problem(store->tls, store->context->errstr));
		return;
	}
	if (!greet(store))
		return;
	(void)redisSetTimeout(store->context, timeout_of(ANSWER_TIMEOUT_MS));
	if (store->loss_said)
		log_info("store", "Redis is back");
	store->loss_said = false;
}

/*
 * Before a pipeline: is the connection still there? All replies have been read, so there can be nothing to
 * read but the end of a connection that Redis has closed meanwhile.
 */
static void check_connection(struct store *store)
{
	if (store->context) {
		struct pollfd fd = {.fd = store->context->fd, .events = POLLIN};

		if (poll(&fd, 1, 0) == 0)
			return;
		redisFree(store->context);
		store->context = NULL;
	}
	connect_anew(store);
}

/* Counts one more command. False: there is no connection, and run() will say so. */
static bool ready_to_add(struct store *store)
{
	assert(store->pending < REDIS_PIPELINE_MAX);
	if (!store->pending++)
		check_connection(store);
	return store->context != NULL;
}

void redis_add(struct store *store, const char *format, ...)
{
	va_list args;

	if (!ready_to_add(store))
		return;
	va_start(args, format);
	if (redisvAppendCommand(store->context, format, args) != REDIS_OK)
		lose(store, store->context->errstr);
	va_end(args);
}

void redis_add_args(struct store *store, size_t argc, const char **argv)
{
	if (!ready_to_add(store))
		return;
	if (redisAppendCommandArgv(store->context, (int)argc, argv, NULL) != REDIS_OK)
		lose(store, store->context->errstr);
}

/* The first error in a reply or, for EXEC, in its parts. */
static const redisReply *find_error(const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_ERROR)
		return reply;
	if (reply->type != REDIS_REPLY_ARRAY)
		return NULL;
	for (size_t i = 0; i < reply->elements; i++)
		if (reply->element[i]->type == REDIS_REPLY_ERROR)
			return reply->element[i];
	return NULL;
}

/* What an error of Redis means for the caller; it is logged. */
static enum err judge_error(struct store *store, const redisReply *error)
{
	/* Redis is there but cannot serve now: it loads its data, cannot write them, is no master, … */
	static const char *const PASSING[] = {"LOADING",  "MISCONF",	 "BUSY",
					      "READONLY", "MASTERDOWN",	 "NOREPLICAS",
					      "TRYAGAIN", "CLUSTERDOWN", "NOAUTH"};
	int64_t now_ms = clock_monotonic_ms();

	if (strncmp(error->str, "OOM", 3) == 0) {
		/* Every write is refused then, so the log says it once in a while and not each time. */
		if (store->full_said_ms && now_ms - store->full_said_ms < FULL_SAID_EVERY_MS)
			return ERR_BACKEND_FULL;
		log_error("store", "Redis is full (its maxmemory is reached) and takes nothing new");
		store->full_said_ms = now_ms;
		return ERR_BACKEND_FULL;
	}
	log_error("store", "Redis refused a command: %s", error->str);
	for (size_t i = 0; i < sizeof(PASSING) / sizeof(*PASSING); i++)
		if (strncmp(error->str, PASSING[i], strlen(PASSING[i])) == 0)
			return ERR_BACKEND_AWAY;
	return ERR_INTERNAL;
}

/* Sends what was added and reads all replies, errors among them. */
static enum err run(struct store *store, struct replies *out)
{
	struct replies replies = {.count = 0};
	size_t count = store->pending;

	store->pending = 0;
	if (!store->context)
		return ERR_BACKEND_AWAY;
	store->asked_ms = clock_monotonic_ms();
	for (; replies.count < count; replies.count++) {
		void *reply = NULL;

		if (redisGetReply(store->context, &reply) != REDIS_OK) {
			lose(store, store->context->errstr);
			replies_free(&replies);
			return ERR_BACKEND_AWAY;
		}
		replies.item[replies.count] = reply;
	}
	*out = replies;
	return ERR_NONE;
}

enum err redis_run(struct store *store, struct replies *out)
{
	struct replies replies = {.count = 0};
	enum err err = run(store, &replies);

	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < replies.count; i++) {
		const redisReply *error = find_error(replies.item[i]);

		if (!error)
			continue;
		err = judge_error(store, error);
		replies_free(&replies);
		return err;
	}
	*out = replies;
	return ERR_NONE;
}

enum err redis_run_waiting(struct store *store, int64_t wait_ms, struct replies *out)
{
	enum err err;

	if (store->context)
		(void)redisSetTimeout(store->context, timeout_of(wait_ms + ANSWER_TIMEOUT_MS));
	err = redis_run(store, out);
	if (store->context)
		(void)redisSetTimeout(store->context, timeout_of(ANSWER_TIMEOUT_MS));
	return err;
}

enum err redis_run_only(struct store *store)
{
	struct replies replies = {.count = 0};
	enum err err = redis_run(store, &replies);

	if (err != ERR_NONE)
		return err;
	replies_free(&replies);
	return ERR_NONE;
}

bool redis_batch_next(struct redis_batch *batch)
{
	size_t at_once = REDIS_PIPELINE_MAX / batch->commands;

	batch->first = batch->end;
	batch->end = batch->total - batch->first < at_once ? batch->total : batch->first + at_once;
	return batch->first < batch->end;
}

/* Adds EVALSHA or EVAL: the script's digest or text stands before the arguments. */
static void add_script(struct store *store, const char *verb, const char *script, size_t argc,
		       const char **argv)
{
	const char **all = mem_alloc(argc + 2, sizeof(*all));

	all[0] = verb;
	all[1] = script;
	memcpy(all + 2, argv, argc * sizeof(*argv));
	redis_add_args(store, argc + 2, all);
	free(all);
}

enum err redis_script(struct store *store, enum script script, size_t argc, const char **argv,
		      struct replies *out)
{
	struct replies replies = {.count = 0};
	enum err err;

	check_connection(store); /* first, since a new connection tells the scripts' digests */
	add_script(store, "EVALSHA", store->sha[script], argc, argv);
	err = run(store, &replies);
	if (err != ERR_NONE)
		return err;
	if (replies.item[0]->type != REDIS_REPLY_ERROR) {
		*out = replies;
		return ERR_NONE;
	}
	if (strncmp(replies.item[0]->str, "NOSCRIPT", 8) != 0) {
		err = judge_error(store, replies.item[0]);
		replies_free(&replies);
		return err;
	}
	/* Somebody made Redis forget its scripts; it has done nothing, so this is no repetition. */
	replies_free(&replies);
	add_script(store, "EVAL", SCRIPTS[script], argc, argv);
	return redis_run(store, out);
}

void replies_free(struct replies *replies)
{
	for (size_t i = 0; i < replies->count; i++)
		freeReplyObject(replies->item[i]);
	replies->count = 0;
}

redisReply **replies_of_exec(const struct replies *replies)
{
	const redisReply *exec = replies->item[replies->count - 1];

	return exec->type == REDIS_REPLY_ARRAY ? exec->element : NULL;
}

bool reply_is_text(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_STRING;
}

int64_t reply_number(const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_INTEGER)
		return reply->integer;
	return reply_is_text(reply) ? strtoll(reply->str, NULL, 10) : 0;
}

void reply_append(const redisReply *reply, struct buf *out)
{
	if (reply_is_text(reply))
		buf_append(out, reply->str, reply->len);
}

enum err store_ping(struct store *store)
{
	redis_add(store, "PING");
	return redis_run_only(store);
}
