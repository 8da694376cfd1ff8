/* Counters with an end. At most as many guesses too many pass as there are processes that check at once. */
#include "fcgi/store/throttle.h"

#include "common/keys.h"
#include "fcgi/store/redis.h"

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

enum err throttle_check(struct store *store, const char *address, const char *user, int64_t *retry_after_s)
{
	static const int64_t ALLOWED[] = {FAILURES_OF_USER, FAILURES_OF_ADDRESS};
	struct counters counters = counters_of(address, user);
	struct replies replies;
	enum err err;

	redis_add(store, "GET %s", counters.of_user.text);
	redis_add(store, "GET %s", counters.of_address.text);
	redis_add(store, "TTL %s", counters.of_user.text);
	redis_add(store, "TTL %s", counters.of_address.text);
	err = redis_run(store, &replies);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < 2; i++) {
		int64_t left_s = reply_number(replies.item[2 + i]);

		if (reply_number(replies.item[i]) < ALLOWED[i])
			continue;
		*retry_after_s = left_s > 0 ? left_s : 1;
		err = ERR_TOO_MANY_REQUESTS;
	}
	replies_free(&replies);
	return err;
}

static void add_failure(struct store *store, struct key key)
{
	redis_add(store, "SET %s 0 EX %d NX", key.text, WINDOW_S);
	redis_add(store, "INCR %s", key.text);
}

enum err throttle_failed(struct store *store, const char *address, const char *user)
{
	struct counters counters = counters_of(address, user);

	redis_add(store, "MULTI");
	add_failure(store, counters.of_user);
	add_failure(store, counters.of_address);
	redis_add(store, "EXEC");
	return redis_run_only(store);
}

enum err throttle_succeeded(struct store *store, const char *address, const char *user)
{
	redis_add(store, "DEL %s", counters_of(address, user).of_user.text);
	return redis_run_only(store);
}
