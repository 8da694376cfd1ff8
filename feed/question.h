/*
 * Questions to Redis and its answers, as every file of the feed and every follower sees them. A reply and all
 * texts in it live as long as the callback that gets it.
 */
#ifndef FEED_QUESTION_H
#define FEED_QUESTION_H

#include <stddef.h>
#include <stdint.h>

/* The words of a command, as an array that NULL ends. */
#define REDIS_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* --- replies ------------------------------------------------------------------------------------------ */

struct reply;

/* How many elements an array has; 0 for every other reply. */
size_t reply_count(const struct reply *reply);

/* An element of an array, NULL behind its end. */
const struct reply *reply_at(const struct reply *reply, size_t index);

/* The text of a string or a status, NULL for every other reply; `len` may be NULL. */
const char *reply_text(const struct reply *reply, size_t *len);

/* An integer, also where it is stored as a string of digits; 0 for every other reply. */
int64_t reply_integer(const struct reply *reply);

/* --- questions ---------------------------------------------------------------------------------------- */

/* Gets the answer to a question. `reply` is NULL if the connection was lost or if Redis answered with an
 * error, which has been logged. */
typedef void reply_handler(void *context, const struct reply *reply);

/* The handle of a question; valid until its answer. The members are redis_link.c's own. */
struct question {
	reply_handler *answer; /* NULL: cancelled */
	void *context;
	struct question *next; /* of those that could not be sent */
};

/* Whoever asked is gone: the answer will not be told. NULL is nothing. */
void question_cancel(struct question *question);

#endif
