/* Counters with an end. */
#include "fcgi/store/throttle.h"

#include "common/keys.h"
#include "fcgi/store/redis.h"

#include <assert.h>
#include <stdio.h>

#define FAILURES_OF_USER    10 /* from one address, for one name */
#define FAILURES_OF_ADDRESS 50 /* from one address, whatever the name */
#define WINDOW_S	    60

struct counters {
	struct key of_user, of_address;
};

static struct counters counters_of(const char *address, const char *user)
{
	char who[KEY_SIZE / 2 + ID_NODE_SIZE];

	(void)snprintf(who, sizeof(who), "%.45s %s", address, user);
	return (struct counters){key_of_login_failures(who), key_of_login_failures(address)};
}

/* Makes the counter with its end if there is none, so that none stays for ever. */
static void add_to(struct store *store, struct key key, int change)
{
	redis_add(store, "SET %s 0 EX %d NX", key.text, WINDOW_S);
	redis_add(store, "INCRBY %s %d", key.text, change);
	redis_add(store, "TTL %s", key.text);
}

/* The parts of the transaction, in the order add_to made them. */
enum part { USER_MADE, USER_COUNT, USER_LEFT, ADDRESS_MADE, ADDRESS_COUNT, ADDRESS_LEFT };

enum err throttle_attempt(struct store *store, const char *address, const char *user, int64_t *retry_after_s)
{
	static const struct {
		enum part count, left;
		int64_t allowed;
	} RULES[] = {
		{USER_COUNT, USER_LEFT, FAILURES_OF_USER},
		{ADDRESS_COUNT, ADDRESS_LEFT, FAILURES_OF_ADDRESS},
	};
	struct counters counters = counters_of(address, user);
	struct replies replies;
	redisReply **parts;
	enum err err;

	redis_add(store, "MULTI");
	add_to(store, counters.of_user, 1);
	add_to(store, counters.of_address, 1);
	redis_add(store, "EXEC");
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	parts = replies_of_exec(&replies);
	assert(parts); /* nothing is WATCHed */
	for (size_t i = 0; i < sizeof(RULES) / sizeof(*RULES); i++) {
		int64_t left_s = reply_number(parts[RULES[i].left]);

		if (reply_number(parts[RULES[i].count]) <= RULES[i].allowed)
			continue;
		*retry_after_s = left_s > 0 ? left_s : 1;
		err = ERR_TOO_MANY_REQUESTS;
	}
	replies_free(&replies);
	return err;
}

enum err throttle_succeeded(struct store *store, const char *address, const char *user)
{
	struct counters counters = counters_of(address, user);

	redis_add(store, "MULTI");
	redis_add(store, "DEL %s", counters.of_user.text);
	add_to(store, counters.of_address, -1);
	redis_add(store, "EXEC");
	return redis_run_only(store);
}
