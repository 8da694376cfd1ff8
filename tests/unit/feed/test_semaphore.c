/* Only so many hold a permit at once; the others get theirs in the order of coming. */
#include "feed/semaphore.h"
#include "tests/unit/cm.h"

#include <string.h>

#define TAKERS 5

struct taker {
	struct permit permit;
	struct rig *rig;
	char name;
};

struct rig {
	struct semaphore semaphore;
	struct taker takers[TAKERS];
	char begun[2 * TAKERS]; /* who has got a permit */
};

static void on_acquired(void *context)
{
	struct taker *taker = context;

	taker->rig->begun[strlen(taker->rig->begun)] = taker->name;
}

static void set_up(struct rig *rig, size_t at_once)
{
	*rig = (struct rig){.begun = ""};
	semaphore_init(&rig->semaphore, at_once);
	for (size_t i = 0; i < TAKERS; i++)
		rig->takers[i] =
			(struct taker){.permit = {.acquired = on_acquired, .context = &rig->takers[i]},
				       .rig = rig,
				       .name = (char)('a' + i)};
}

static void take(struct rig *rig, size_t taker)
{
	semaphore_acquire(&rig->semaphore, &rig->takers[taker].permit);
}

static void end(struct rig *rig, size_t taker)
{
	semaphore_release(&rig->semaphore, &rig->takers[taker].permit);
}

static void who_comes_later_waits_in_order(void **state)
{
	struct rig rig;

	(void)state;
	set_up(&rig, 2);
	for (size_t i = 0; i < TAKERS; i++)
		take(&rig, i);
	assert_string_equal(rig.begun, "ab");
	end(&rig, 1);
	assert_string_equal(rig.begun, "abc");
	take(&rig, 1);
	end(&rig, 0);
	end(&rig, 2);
	end(&rig, 3);
	assert_string_equal(rig.begun, "abcdeb");
	end(&rig, 4);
	end(&rig, 1);
	take(&rig, 0);
	take(&rig, 1);
	take(&rig, 2);
	assert_string_equal(rig.begun, "abcdebab");
}

static void who_no_longer_waits_is_passed_over(void **state)
{
	struct rig rig;

	(void)state;
	set_up(&rig, 1);
	for (size_t i = 0; i < TAKERS; i++)
		take(&rig, i);
	end(&rig, 1);
	end(&rig, 4);
	end(&rig, 0);
	end(&rig, 2);
	assert_string_equal(rig.begun, "acd");
	end(&rig, 3);
	end(&rig, 3); /* nothing */
	take(&rig, 0);
	take(&rig, 1);
	assert_string_equal(rig.begun, "acda");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_comes_later_waits_in_order),
		cmocka_unit_test(who_no_longer_waits_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
