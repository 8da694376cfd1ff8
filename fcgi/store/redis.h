/*
 * The connection as the other files of this folder see it: commands are added to a pipeline and run together,
 * one round trip for all of them. Nothing of this leaves fcgi/store.
 *
 *     redis_add(store, "GET %s", key.text);
 *     redis_add(store, "LRANGE %s 0 %d", list.text, limit - 1);
 *     err = redis_run(store, &replies);
 *
 * A pipeline that was begun is always run, also when the connection was lost while it was filled.
 */
#ifndef FCGI_STORE_REDIS_H
#define FCGI_STORE_REDIS_H

#include "common/buf.h"
#include "fcgi/store/node_ids.h"
#include "fcgi/store/store.h"

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIS_PIPELINE_MAX 64 /* commands; more is a programming error */

enum script {
	SCRIPT_ADD_LOGS,
	SCRIPT_REMOVE_NODE,
	SCRIPT_PUT_USER,
	SCRIPT_COUNT_LOGIN,
	SCRIPT_KEEP_ACTION,
	SCRIPT_COUNT
};

struct store {
	struct redis_address address;
	struct redis_tls *tls;	    /* NULL: none; not ours */
	redisContext *context;	    /* NULL: not connected */
	size_t pending;		    /* commands added and not run yet */
	int64_t asked_ms;	    /* when an answer was last waited for (monotonic) */
	int64_t retry_at_ms;	    /* no new attempt to connect before this (monotonic) */
	bool loss_said;		    /* the log says that the connection is lost */
	int64_t full_said_ms;	    /* when it was last logged that Redis is full (monotonic); 0: never */
	char sha[SCRIPT_COUNT][41]; /* by which Redis knows the scripts */
	struct node_ids known;	    /* the nodes that nodes_load found last */
};

struct replies {
	redisReply *item[REDIS_PIPELINE_MAX];
	size_t count;
};

/*
 * Adds a command in hiredis' format: every %s (string), %b (pointer, size_t) and %lld is one argument or a
 * part of one; nothing in them is parsed again.
 */
void redis_add(struct store *store, const char *format, ...);

/* Adds a command of any number of arguments, NUL-terminated strings. */
void redis_add_args(struct store *store, size_t argc, const char **argv);

/*
 * Runs what was added. On success there is a reply for each command, none of them an error (an EXEC's parts
 * neither), and the caller frees them; on failure there is nothing to free. ERR_BACKEND_AWAY: Redis cannot be
 * reached or cannot serve now; it may or may not have done the commands. ERR_BACKEND_FULL: Redis has reached
 * its maxmemory. ERR_INTERNAL: it refused a command otherwise. The failure has been logged.
 */
enum err redis_run(struct store *store, struct replies *out) MUST_CHECK;

/* The same for commands that make Redis wait up to `wait_ms`. */
enum err redis_run_waiting(struct store *store, int64_t wait_ms, struct replies *out) MUST_CHECK;

/* The same for callers that want no reply, only success. */
enum err redis_run_only(struct store *store) MUST_CHECK;

/*
 * A walk over many things (nodes, as a rule) that each need commands of their own: as many things at a time
 * as a pipeline holds. The first call of redis_batch_next begins the walk.
 *
 *     struct redis_batch batch = {.total = ids.count, .commands = 2};
 *
 *     while (redis_batch_next(&batch)) {
 *             for (size_t i = batch.first; i < batch.end; i++)
 *                     … add the two commands of thing i …
 *             err = redis_run(store, &replies);
 *             if (err != ERR_NONE)
 *                     break;
 *             … the replies of thing i begin at replies.item[(i - batch.first) * 2] …
 *             replies_free(&replies);
 *     }
 */
struct redis_batch {
	size_t total;	   /* things */
	size_t commands;   /* that are added for each of them */
	size_t first, end; /* the things whose turn it is: first, …, end - 1 */
};

bool redis_batch_next(struct redis_batch *batch); /* false: there are no more things */

/* Runs one script (scripts.h) alone. `argv` are strings: the number of keys, the keys, the other arguments.
 */
enum err redis_script(struct store *store, enum script script, size_t argc, const char **argv,
		      struct replies *out) MUST_CHECK;

void replies_free(struct replies *replies);

/* The parts of EXEC's reply, which stands last; NULL if the transaction was given up because of a WATCH. */
redisReply **replies_of_exec(const struct replies *replies);

bool reply_is_text(const redisReply *reply);		     /* a string, not nil */
int64_t reply_number(const redisReply *reply);		     /* an integer, or a string that is one; else 0 */
void reply_append(const redisReply *reply, struct buf *out); /* a string's bytes; nil is nothing */

#endif
