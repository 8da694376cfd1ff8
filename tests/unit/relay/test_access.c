/* What is published of tokens and users ends sessions, and nothing else does but time. */
#include "common/keys.h"
#include "relay/access.h"
#include "tests/unit/cm.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

/* A feed whose loop never runs, so it has no Redis but this test. */
struct rig {
	struct feed *feed;
	struct access *access;
};

static int set_up(void **state)
{
	static const struct token_secret SECRET = {.bytes = "0123456789abcdef0123456789abcdef", .len = 32};
	static const struct redis_address NOWHERE = {.path = "/nowhere"};
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->feed = feed_new(ev_default_loop(0), &(struct feed_options){.address = &NOWHERE});
	rig->access = access_new(rig->feed, &SECRET);
	ACCESS_PART.step(rig->access, SYNC_BEGIN);
	ACCESS_PART.step(rig->access, SYNC_DONE);
	*state = rig;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *rig = *state;

	feed_free(rig->feed);
	access_free(rig->access);
	free(rig);
	return 0;
}

static void publish(struct access *access, const char *payload)
{
	ACCESS_PART.message(access, CHANNEL_REVOKED, payload, strlen(payload));
}

static void what_ends_a_token_is_taken(void **state)
{
	struct access *access = ((struct rig *)*state)->access;
	struct token_claims viewer = {.subject = "alice",
				      .id = "t1",
				      .role = ROLE_VIEWER,
				      .generation = 3,
				      .expires_at = INT64_MAX};
	struct token_claims worker = {
		.subject = "w1", .id = "t2", .role = ROLE_WORKER, .expires_at = INT64_MAX};

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
}

static void messages_of_another_shape_end_nothing(void **state)
{
	static const char *const BAD[] = {"",	   "user",    "user alice", "user alice x", "user alice -1",
					  "token", "other t1"};
	struct access *access = ((struct rig *)*state)->access;
	const struct token_claims viewer = {.subject = "alice",
					    .id = "t1",
					    .role = ROLE_VIEWER,
					    .generation = 3,
					    .expires_at = INT64_MAX};

	publish(access, "user alice 3");
	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
		publish(access, BAD[i]);
	assert_null(access_ended(access, &viewer, 0));
}

/* While Redis is away nothing is known that could end a session, but time. */
static void forgetting_ends_nobody(void **state)
{
	struct access *access = ((struct rig *)*state)->access;
	struct token_claims viewer = {
		.subject = "bob", .id = "t1", .role = ROLE_VIEWER, .generation = 1, .expires_at = INT64_MAX};

	assert_string_equal(access_ended(access, &viewer, 0), "user_changed");
	ACCESS_PART.step(access, SYNC_LOST);
	assert_null(access_ended(access, &viewer, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_ends_a_token_is_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(messages_of_another_shape_end_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(forgetting_ends_nobody, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
