/*
 * The rate limit of logins: two counters in Redis that end by themselves. They are in Redis because every
 * process of every API must count together. They count even in a full Redis, so nobody is locked out by one
 * (scripts.c).
 */
#include "fcgi/store/throttle.h"

#include "common/keys.h"
#include "fcgi/store/network.h"
#include "fcgi/store/redis.h"

#include <stdio.h>

#define FAILURES_OF_USER    10 /* from one address, for one name */
#define FAILURES_OF_ADDRESS 50 /* from one address, whatever the name */
#define WINDOW_S	    "60"

struct counters {
	struct key of_user, of_address;
};

static struct counters counters_of(const char *address, const char *user)
{
	char network[NETWORK_SIZE], who[KEY_SIZE / 2 + ID_NODE_SIZE];

	network_of(address, network);
	(void)snprintf(who, sizeof(who), "%s %s", network, user);
	return (struct counters){key_of_login_failures(who), key_of_login_failures(network)};
}

/* Changes both counters. The answer has a part for each, in the order of the struct: {count, seconds left}.
 */
static enum err change(struct store *store, const struct counters *counters, const char *by,
		       struct replies *out)
{
	const char *argv[] = {"2", counters->of_user.text, counters->of_address.text, by, WINDOW_S};

	return redis_script(store, SCRIPT_COUNT_LOGIN, sizeof(argv) / sizeof(*argv), argv, out);
}

enum err throttle_attempt(struct store *store, const char *address, const char *user, int64_t *retry_after_s)
{
	static const int64_t ALLOWED[] = {FAILURES_OF_USER, FAILURES_OF_ADDRESS};
	struct counters counters = counters_of(address, user);
	struct replies replies;
	enum err err = change(store, &counters, "1", &replies);

	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < sizeof(ALLOWED) / sizeof(*ALLOWED); i++) {
		const redisReply *counter = replies.item[0]->element[i];
		int64_t left_s = reply_number(counter->element[1]);

		if (reply_number(counter->element[0]) <= ALLOWED[i])
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
	struct replies replies;
	enum err err = change(store, &counters, "-1", &replies);

	if (err != ERR_NONE)
		return err;
	replies_free(&replies);
	redis_add(store, "DEL %s", counters.of_user.text);
	return redis_run_only(store);
}
