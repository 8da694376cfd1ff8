/* The ring of the newest entries, and the names that have logged. */
#include "common/buf.h"
#include "feed/log_ring.h"
#include "feed/sources.h"
#include "tests/unit/cm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct log_entry *insert(struct log_ring *ring, const char *node, int64_t seq)
{
	struct buf entry = {0};
	const struct log_entry *result;

	buf_printf(&entry,
		   "{\"timestamp\":\"2025-11-17T10:30:00.123Z\",\"node_id\":\"%s\",\"level\":\"INFO\","
		   "\"logger_name\":\"app\",\"message\":\"m\",\"seq\":%" PRId64 "}",
		   node, seq);
	result = log_ring_insert(ring, node, entry.data, entry.len);
	buf_free(&entry);
	return result;
}

static void check(const struct log_ring *ring, int64_t after, size_t expected, int64_t first)
{
	size_t count;
	struct log_entry *const *entries = log_ring_after(ring, after, &count);

	assert_int_equal(count, expected);
	if (count)
		assert_int_equal(entries[0]->seq, first);
	for (size_t i = 1; i < count; i++)
		assert_true(entries[i]->seq > entries[i - 1]->seq);
}

static void entries_stand_by_seq_however_they_come_and_once(void **state)
{
	struct log_ring ring = {0};

	(void)state;
	assert_non_null(insert(&ring, "a", 5));
	assert_non_null(insert(&ring, "b", 3));
	assert_non_null(insert(&ring, "a", 9));
	assert_null(insert(&ring, "a", 5));
	assert_null(insert(&ring, "a", 0));
	assert_null(log_ring_insert(&ring, "a", "nonsense", 8));
	assert_null(insert(&ring, "../b", 10));
	check(&ring, 0, 3, 3);
	check(&ring, 3, 2, 5);
	check(&ring, 9, 0, 0);
	assert_int_equal(ring.complete_from, 0);
	log_ring_free(&ring);
}

static void the_oldest_go_and_are_known_to_be_missing(void **state)
{
	struct log_ring ring = {0};

	(void)state;
	for (int64_t seq = 1; seq <= 3 * LOG_RING_ENTRIES; seq++)
		assert_non_null(insert(&ring, "a", seq));
	check(&ring, 0, LOG_RING_ENTRIES, 2 * LOG_RING_ENTRIES + 1);
	assert_int_equal(ring.complete_from, 2 * LOG_RING_ENTRIES + 1);
	assert_null(insert(&ring, "a", 7));
	log_ring_free(&ring);
	check(&ring, 0, 0, 0);
}

static void clearing_takes_a_nodes_entries_or_all(void **state)
{
	struct log_ring ring = {0};

	(void)state;
	for (int64_t seq = 1; seq <= 10; seq++)
		insert(&ring, seq % 2 ? "odd" : "even", seq);
	log_ring_clear(&ring, "odd");
	check(&ring, 0, 5, 2);
	log_ring_clear(&ring, NULL);
	check(&ring, 0, 0, 0);
	assert_int_equal(ring.bytes, 0);
	log_ring_free(&ring);
}

static void sources_are_sorted_and_keep_their_escapes(void **state)
{
	struct sources sources = {0};
	struct log_ring ring = {0};
	struct buf out = {0};
	const char entry[] =
		"{\"timestamp\":\"t\",\"node_id\":\"n\",\"level\":\"INFO\",\"logger_name\":\"a\\\"b\","
		"\"message\":\"\\\"logger_name\\\":\\\"x\\\"\",\"seq\":1}";

	(void)state;
	sources_add(&sources, "zeta", "z\n");
	sources_add_entry(&sources, log_ring_insert(&ring, "alpha", entry, sizeof(entry) - 1));
	sources_write(&out, &sources);
	assert_string_equal(buf_string(&out),
			    "{\"nodes\":[\"alpha\",\"zeta\"],\"loggers\":[\"a\\\"b\",\"z\\n\"],"
			    "\"log_levels\":[\"DEBUG\",\"INFO\",\"WARNING\",\"ERROR\",\"CRITICAL\"]}");
	buf_free(&out);
	log_ring_free(&ring);
	sources_free(&sources);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_stand_by_seq_however_they_come_and_once),
		cmocka_unit_test(the_oldest_go_and_are_known_to_be_missing),
		cmocka_unit_test(clearing_takes_a_nodes_entries_or_all),
		cmocka_unit_test(sources_are_sorted_and_keep_their_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
