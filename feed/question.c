/*
 * Looks into hiredis' replies, so that nobody else has to know hiredis. A NULL reply is an empty one: whoever
 * walks over an answer needs no case for the one that did not come.
 */
#include "feed/question.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>

/* `struct reply` is hiredis' own struct under a name that other files may know. */
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
	if (index >= reply_count(reply))
		return NULL;
	return (const struct reply *)(const void *)as_redis(reply)->element[index];
}

const char *reply_text(const struct reply *reply, size_t *len)
{
	const redisReply *redis = as_redis(reply);

	if (!redis || (redis->type != REDIS_REPLY_STRING && redis->type != REDIS_REPLY_STATUS))
		return NULL;
	if (len)
		*len = (size_t)redis->len;
	return redis->str;
}

int64_t reply_integer(const struct reply *reply)
{
	const char *text = reply_text(reply, NULL);

	if (text)
		return strtoll(text, NULL, 10);
	return reply && as_redis(reply)->type == REDIS_REPLY_INTEGER ? as_redis(reply)->integer : 0;
}

void question_cancel(struct question *question)
{
	if (question)
		question->answer = NULL;
}
