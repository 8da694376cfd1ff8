/* What is published of tokens and users ends sessions, and nothing else does but time. */
#include "common/keys.h"
#include "relay/access_sync.h"
#include "tests/unit/cm.h"

#include <string.h>

static struct access *new_access(void)
{
	static const struct token_secret SECRET = {.bytes = "0123456789abcdef0123456789abcdef", .len = 32};
	struct access *access = access_new(&SECRET);

	access_complete(access);
	return access;
}

static void publish(struct access *access, const char *payload)
{
	struct access_sync sync = {.access = access};

	ACCESS_PART.message(&sync, CHANNEL_REVOKED, payload, strlen(payload));
}

static void what_ends_a_token_is_taken(void **state)
{
	struct access *access = new_access();
	struct token_claims viewer = {.subject = "alice",
				      .id = "t1",
				      .role = ROLE_VIEWER,
				      .generation = 3,
				      .expires_at = INT64_MAX};
	struct token_claims worker = {
		.subject = "w1", .id = "t2", .role = ROLE_WORKER, .expires_at = INT64_MAX};

	(void)state;
	publish(access, "user alice 3");
	assert_null(access_ended(access, &viewer, 0));
	publish(access, "user alice 4");
	assert_string_equal(access_ended(access, &viewer, 0), "user_changed");
	publish(access, "user alice 0");
	assert_string_equal(access_ended(access, &viewer, 0), "user_changed");
	assert_string_equal(access_ended(access, &worker, 0), "token_revoked"); /* nobody made it */
	publish(access, "worker t2");
	assert_null(access_ended(access, &worker, 0));
	publish(access, "token t2");
	assert_string_equal(access_ended(access, &worker, 0), "token_revoked");
	worker.expires_at = 5;
	assert_string_equal(access_ended(access, &worker, 5000), "token_expired");
	access_free(access);
}

static void messages_of_another_shape_end_nothing(void **state)
{
	static const char *const BAD[] = {"",	   "user",    "user alice", "user alice x", "user alice -1",
					  "token", "other t1"};
	struct access *access = new_access();
	const struct token_claims viewer = {.subject = "alice",
					    .id = "t1",
					    .role = ROLE_VIEWER,
					    .generation = 3,
					    .expires_at = INT64_MAX};

	(void)state;
	publish(access, "user alice 3");
	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
		publish(access, BAD[i]);
	assert_null(access_ended(access, &viewer, 0));
	access_free(access);
}

/* While Redis is away nothing is known that could end a session, but time. */
static void forgetting_ends_nobody(void **state)
{
	struct access *access = new_access();
	struct token_claims viewer = {
		.subject = "bob", .id = "t1", .role = ROLE_VIEWER, .generation = 1, .expires_at = INT64_MAX};

	(void)state;
	assert_string_equal(access_ended(access, &viewer, 0), "user_changed");
	ACCESS_PART.lost(&(struct access_sync){.access = access});
	assert_null(access_ended(access, &viewer, 0));
	access_free(access);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ends_a_token_is_taken),
		cmocka_unit_test(messages_of_another_shape_end_nothing),
		cmocka_unit_test(forgetting_ends_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
