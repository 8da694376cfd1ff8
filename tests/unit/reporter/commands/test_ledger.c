/* The ledger: a command that was begun is known for as long as it can come again. */
#include "common/clock.h"
#include "common/mem.h"
#include "reporter/base/state_dir.h"
#include "reporter/commands/ledger.h"
#include "tests/unit/cm.h"
#include "tests/unit/reporter/folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESULT "{\"command_id\":\"one\",\"success\":true}"

static struct ledger *open_ledger(struct folder *folder)
{
	struct ledger *ledger = NULL;
	struct reason why;

	if (ledger_open(folder->path, &ledger, &why))
		fail_msg("%s", why.text);
	return ledger;
}

static void begin(struct ledger *ledger, const char *id)
{
	struct reason why;

	if (ledger_begin(ledger, id, 30000, &why))
		fail_msg("%s", why.text);
}

static void a_command_is_known_once_it_is_begun(void **state)
{
	struct ledger *ledger = open_ledger(*state);

	assert_false(ledger_knows(ledger, "one"));
	assert_true(ledger_is_settled(ledger));
	begin(ledger, "one");
	assert_true(ledger_knows(ledger, "one"));
	assert_false(ledger_is_settled(ledger));
	ledger_close(ledger);
}

static void a_result_waits_until_it_is_delivered_also_across_restarts(void **state)
{
	struct ledger *ledger = open_ledger(*state);
	const char *result = NULL;
	size_t len = 0;

	begin(ledger, "one");
	assert_null(ledger_undelivered(ledger, &result, &len));
	ledger_finish(ledger, "one", RESULT, strlen(RESULT));
	ledger_close(ledger);
	ledger = open_ledger(*state);
	assert_string_equal(ledger_undelivered(ledger, &result, &len), "one");
	assert_string_equal(result, RESULT);
	assert_int_equal(len, strlen(RESULT));
	ledger_delivered(ledger, "one");
	assert_true(ledger_is_settled(ledger));
	ledger_close(ledger);
	ledger = open_ledger(*state);
	assert_true(ledger_is_settled(ledger));
	assert_true(ledger_knows(ledger, "one"));
	ledger_close(ledger);
}

static void what_was_interrupted_has_a_result_that_says_so(void **state)
{
	struct ledger *ledger = open_ledger(*state);
	const char *result = NULL;
	size_t len = 0;

	begin(ledger, "one");
	ledger_close(ledger);
	ledger = open_ledger(*state);
	assert_string_equal(ledger_undelivered(ledger, &result, &len), "one");
	assert_non_null(strstr(result, "\"success\":false"));
	assert_non_null(strstr(result, "\"code\":\"interrupted\""));
	ledger_close(ledger);
}

static void a_torn_line_is_ignored_and_old_ones_are_forgotten(void **state)
{
	struct folder *folder = *state;
	struct ledger *ledger;
	char text[512];
	int64_t now = clock_now_ms();

	snprintf(text, sizeof(text),
		 "begin old %" PRId64 "\ndelivered old %" PRId64 "\nbegin new %" PRId64
		 "\ndelivered new %" PRId64 "\nnonsense\nbegin torn 17",
		 now - 7200000, now - 7200000, now, now);
	folder_write(folder, "commands", text);
	ledger = open_ledger(folder);
	assert_false(ledger_knows(ledger, "old"));
	assert_true(ledger_knows(ledger, "new"));
	assert_false(ledger_knows(ledger, "torn"));
	begin(ledger, "torn");
	ledger_close(ledger);
	ledger = open_ledger(folder);
	assert_true(ledger_knows(ledger, "torn"));
	ledger_close(ledger);
}

static void a_long_ledger_is_written_anew(void **state)
{
	struct ledger *ledger = open_ledger(*state);
	char *result = mem_alloc(1, 3001);
	struct buf text = {0};
	char id[32];

	memset(result, 'x', 3000);
	for (int i = 0; i < 400; i++) {
		snprintf(id, sizeof(id), "id-%d", i);
		begin(ledger, id);
		ledger_finish(ledger, id, result, 3000);
		ledger_delivered(ledger, id);
	}
	folder_read(*state, "commands", &text);
	assert_true(text.len < 600 * 1024);
	ledger_close(ledger);
	ledger = open_ledger(*state);
	assert_true(ledger_knows(ledger, "id-0"));
	assert_true(ledger_knows(ledger, "id-399"));
	ledger_close(ledger);
	buf_free(&text);
	free(result);
}

/* As many commands as the ledger holds, all of them delivered a minute ago. */
static void write_full(struct folder *folder, int64_t expires_ms)
{
	int64_t at = clock_now_ms() - 60000;
	struct buf text = {0};

	for (int i = 0; i < LEDGER_COMMANDS_MAX; i++) {
		buf_printf(&text, "begin id-%d %" PRId64 " %" PRId64 "\n", i, at, expires_ms);
		buf_printf(&text, "delivered id-%d %" PRId64 "\n", i, at);
	}
	folder_write(folder, "commands", text.data);
	buf_free(&text);
}

static void a_full_ledger_forgets_the_oldest_that_cannot_come_again(void **state)
{
	struct ledger *ledger;

	write_full(*state, clock_now_ms() - 1);
	ledger = open_ledger(*state);
	assert_true(ledger_knows(ledger, "id-0"));
	begin(ledger, "new");
	assert_false(ledger_knows(ledger, "id-0"));
	assert_true(ledger_knows(ledger, "id-1"));
	ledger_close(ledger);
	ledger = open_ledger(*state);
	assert_true(ledger_knows(ledger, "new"));
	ledger_close(ledger);
}

static void a_ledger_full_of_what_may_come_again_takes_no_more(void **state)
{
	struct reason why = {.text = ""};
	struct ledger *ledger;

	write_full(*state, clock_now_ms() + 60000);
	ledger = open_ledger(*state);
	assert_int_equal(ledger_begin(ledger, "new", 30000, &why), ERR_CONFLICT);
	assert_non_null(strstr(why.text, "too recent"));
	assert_false(ledger_knows(ledger, "new"));
	ledger_close(ledger);
	ledger = open_ledger(*state);
	assert_true(ledger_knows(ledger, "id-0"));
	assert_false(ledger_knows(ledger, "new"));
	ledger_close(ledger);
}

/* What is under way or not delivered is never forgotten to make room. */
static void what_is_still_wanted_is_not_forgotten(void **state)
{
	struct buf text = {0};
	struct reason why;
	int64_t now = clock_now_ms();
	struct ledger *ledger;

	for (int i = 0; i < LEDGER_COMMANDS_MAX; i++)
		buf_printf(&text, "begin id-%d %" PRId64 " %" PRId64 "\n", i, now, now - 1);
	folder_write(*state, "commands", text.data);
	ledger = open_ledger(*state);
	assert_int_equal(ledger_begin(ledger, "new", 30000, &why), ERR_CONFLICT);
	ledger_delivered(ledger, "id-7");
	begin(ledger, "new");
	assert_false(ledger_knows(ledger, "id-7"));
	assert_true(ledger_knows(ledger, "id-0"));
	ledger_close(ledger);
	buf_free(&text);
}

/* Written by a version that knew no end: lines without the time until when the command could come again. */
static void an_older_and_longer_ledger_is_read_to_its_end(void **state)
{
	struct buf text = {0};
	int64_t now = clock_now_ms();
	struct ledger *ledger;

	for (int i = 0; text.len < 1536 * 1024; i++)
		buf_printf(&text, "begin id-%d %" PRId64 "\ndelivered id-%d %" PRId64 "\n", i, now, i, now);
	buf_printf(&text, "begin last %" PRId64 "\ndelivered last %" PRId64 "\n", now, now);
	folder_write(*state, "commands", text.data);
	ledger = open_ledger(*state);
	assert_true(ledger_knows(ledger, "id-0"));
	assert_true(ledger_knows(ledger, "last"));
	ledger_close(ledger);
	buf_free(&text);
}

static void a_file_that_cannot_be_the_ledger_is_refused_whole(void **state)
{
	struct ledger *ledger = NULL;
	struct reason why;
	char *text = mem_alloc(1, STATE_FILE_MAX + 2);

	memset(text, '\n', STATE_FILE_MAX + 1);
	folder_write(*state, "commands", text);
	assert_int_equal(ledger_open(((struct folder *)*state)->path, &ledger, &why), ERR_SYSTEM);
	assert_non_null(strstr(why.text, "/commands cannot be used"));
	assert_null(ledger);
	free(text);
}

#define LEDGER_TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEDGER_TEST(a_command_is_known_once_it_is_begun),
		LEDGER_TEST(a_result_waits_until_it_is_delivered_also_across_restarts),
		LEDGER_TEST(what_was_interrupted_has_a_result_that_says_so),
		LEDGER_TEST(a_torn_line_is_ignored_and_old_ones_are_forgotten),
		LEDGER_TEST(a_long_ledger_is_written_anew),
		LEDGER_TEST(a_full_ledger_forgets_the_oldest_that_cannot_come_again),
		LEDGER_TEST(a_ledger_full_of_what_may_come_again_takes_no_more),
		LEDGER_TEST(what_is_still_wanted_is_not_forgotten),
		LEDGER_TEST(an_older_and_longer_ledger_is_read_to_its_end),
		LEDGER_TEST(a_file_that_cannot_be_the_ledger_is_refused_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
