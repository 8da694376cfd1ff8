/* The map from text to pointers. */
#include "common/map.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

#define MANY 5000

static void name_of(int i, char out[16])
{
	snprintf(out, 16, "key-%d", i);
}

static void an_empty_map_holds_nothing(void **state)
{
	struct map map = {0};

	(void)state;
	assert_null(map_get(&map, "x"));
	assert_null(map_remove(&map, "x"));
	map_free(&map);
}

static void what_was_put_is_there_until_it_is_removed(void **state)
{
	static char values[MANY];
	struct map map = {0};
	char name[16];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		name_of(i, name);
		map_put(&map, name, &values[i]);
	}
	assert_int_equal(map.count, MANY);
	/* Every third goes; the chains of probes must stay whole. */
	for (int i = 0; i < MANY; i += 3) {
		name_of(i, name);
		assert_ptr_equal(map_remove(&map, name), &values[i]);
	}
	for (int i = 0; i < MANY; i++) {
		name_of(i, name);
		assert_ptr_equal(map_get(&map, name), i % 3 ? &values[i] : NULL);
	}
	map_free(&map);
}

static void a_second_put_replaces(void **state)
{
	struct map map = {0};
	int one, two;

	(void)state;
	map_put(&map, "a", &one);
	map_put(&map, "a", &two);
	assert_int_equal(map.count, 1);
	assert_ptr_equal(map_get(&map, "a"), &two);
	map_free(&map);
}

static void stepping_meets_every_pair_once(void **state)
{
	static char seen[100];
	struct map map = {0};
	size_t cursor = 0, met = 0;
	const char *key;
	void *value;
	char name[16];

	(void)state;
	for (int i = 0; i < 100; i++) {
		name_of(i, name);
		map_put(&map, name, &seen[i]);
	}
	while (map_next(&map, &cursor, &key, &value)) {
		assert_int_equal(*(char *)value, 0);
		*(char *)value = 1;
		met++;
	}
	assert_int_equal(met, 100);
	map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map_holds_nothing),
		cmocka_unit_test(what_was_put_is_there_until_it_is_removed),
		cmocka_unit_test(a_second_put_replaces),
		cmocka_unit_test(stepping_meets_every_pair_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
