/* Turns among processes: real ones, that tell each other by pipes when to go on. */
#include "fcgi/http/file_lock.h"
#include "tests/unit/cm.h"

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct turn_limits TWO_THREE = {.of_all = 3, .of_one = 2};

static int open_turns(void)
{
	struct reason why;
	int turns = -1;

	assert_int_equal(turns_open(&turns, &why), ERR_NONE);
	return turns;
}

static enum turn_refusal try_one(int turns, const char *name)
{
	struct turn turn = {-1, -1};
	enum turn_refusal refusal = turns_try(turns, TURN_READ_LOGS, name, &TWO_THREE, &turn);

	turns_end(turns, &turn);
	return refusal;
}

/* A process that takes a turn and keeps it until it is killed. */
static pid_t start_holder(int turns, const char *name)
{
	int told[2];
	char word;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (!pid) {
		struct turn turn;
		enum turn_refusal refusal = turns_try(turns, TURN_READ_LOGS, name, &TWO_THREE, &turn);

		word = refusal == TURN_TAKEN ? 'y' : 'n';
		if (write(told[1], &word, 1) == 1)
			pause();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(read(told[0], &word, 1), 1);
	assert_int_equal(word, 'y');
	close(told[0]);
	close(told[1]);
	return pid;
}

static void stop_holder(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void one_name_takes_so_many_and_all_together_so_many(void **state)
{
	int turns = open_turns();
	pid_t ann[2], ben;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		ann[i] = start_holder(turns, "ann");
	assert_int_equal(try_one(turns, "ann"), TURN_NONE_OF_ONE);
	assert_int_equal(try_one(turns, "ben"), TURN_TAKEN);
	ben = start_holder(turns, "ben");
	assert_int_equal(try_one(turns, "ben"), TURN_NONE_OF_ALL);
	/* What was refused is not kept. */
	stop_holder(ann[0]);
	assert_int_equal(try_one(turns, "ben"), TURN_TAKEN);
	stop_holder(ann[1]);
	stop_holder(ben);
	close(turns);
}

static void a_turn_ends_with_its_process(void **state)
{
	int turns = open_turns();

	(void)state;
	for (int i = 0; i < 5; i++)
		stop_holder(start_holder(turns, "ann"));
	assert_int_equal(try_one(turns, "ann"), TURN_TAKEN);
	close(turns);
}

static void kinds_have_turns_of_their_own(void **state)
{
	int turns = open_turns();
	struct turn turn;
	pid_t holders[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		holders[i] = start_holder(turns, (const char *const[]){"ann", "ben", "eve"}[i]);
	turns_wait(turns, TURN_CHECK_PASSWORD, 1, &turn);
	turns_end(turns, &turn);
	for (size_t i = 0; i < 3; i++)
		stop_holder(holders[i]);
	close(turns);
}

/* Four processes, two turns: never more of them between taking and ending than there are turns. */
static void who_waits_gets_a_turn_when_one_has_ended(void **state)
{
	enum { PROCESSES = 4, ROUNDS = 200, LIMIT = 2 };
	int turns = open_turns(), status;
	int *inside = mmap(NULL, sizeof(*inside), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[PROCESSES];

	(void)state;
	assert_true(inside != MAP_FAILED);
	for (size_t i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i])
			continue;
		for (int round = 0; round < ROUNDS; round++) {
			struct turn turn;

			turns_wait(turns, TURN_CHECK_PASSWORD, LIMIT, &turn);
			if (__atomic_add_fetch(inside, 1, __ATOMIC_SEQ_CST) > LIMIT)
				_exit(1);
			(void)sched_yield();
			__atomic_sub_fetch(inside, 1, __ATOMIC_SEQ_CST);
			turns_end(turns, &turn);
		}
		_exit(0);
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	(void)munmap(inside, sizeof(*inside));
	close(turns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_name_takes_so_many_and_all_together_so_many),
		cmocka_unit_test(a_turn_ends_with_its_process),
		cmocka_unit_test(kinds_have_turns_of_their_own),
		cmocka_unit_test(who_waits_gets_a_turn_when_one_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
