/* The growable buffer. */
#include "common/buf.h"
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

static void an_empty_buffer_is_an_empty_string(void **state)
{
	struct buf buf = {0};

	(void)state;
	assert_string_equal(buf_string(&buf), "");
	buf_free(&buf);
}

static void appends_grow_and_stay_terminated(void **state)
{
	struct buf buf = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_printf(&buf, "%d,", i % 10);
	assert_int_equal(buf.len, 20000);
	assert_int_equal(strlen(buf.data), 20000);
	buf_append(&buf, "\0x", 2);
	assert_int_equal(buf.len, 20002);
	assert_memory_equal(buf.data + 20000, "\0x", 3);
	buf_free(&buf);
	assert_null(buf.data);
}

static void consume_drops_the_front(void **state)
{
	struct buf buf = {0};

	(void)state;
	buf_text(&buf, "line\nrest");
	buf_consume(&buf, 5);
	assert_string_equal(buf_string(&buf), "rest");
	buf_truncate(&buf, 1);
	assert_string_equal(buf_string(&buf), "r");
	buf_consume(&buf, 1);
	assert_string_equal(buf_string(&buf), "");
	buf_free(&buf);
}

static void steal_hands_over_even_nothing(void **state)
{
	struct buf buf = {0};
	char *text;

	(void)state;
	text = buf_steal(&buf);
	assert_string_equal(text, "");
	free(text);
	buf_text(&buf, "kept");
	text = buf_steal(&buf);
	assert_string_equal(text, "kept");
	assert_int_equal(buf.len, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_an_empty_string),
		cmocka_unit_test(appends_grow_and_stay_terminated),
		cmocka_unit_test(consume_drops_the_front),
		cmocka_unit_test(steal_hands_over_even_nothing),
	};

	return cmocka_run_group_tests_name("common/buf", tests, NULL, NULL);
}
