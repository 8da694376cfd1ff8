/* Semaphores among processes: real ones, that tell each other by pipes when to go on. */
#include "fcgi/http/semaphore.h"
#include "tests/unit/cm.h"

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct semaphore_limits TWO_THREE = {.in_all = 3, .per_user = 2};

static int open_semaphores(void)
{
	struct reason why;
	int fd = -1;

	assert_int_equal(semaphores_open(&fd, &why), ERR_NONE);
	return fd;
}

static enum semaphore_answer try_one(int fd, const char *name)
{
	struct semaphore_slot slot = {-1, -1};
	enum semaphore_answer answer = semaphore_try(fd, SEMAPHORE_SEARCH, name, &TWO_THREE, &slot);

	semaphore_release(fd, &slot);
	return answer;
}

/* A process that takes a slot and keeps it until it is killed. */
static pid_t start_holder(int fd, const char *name)
{
	int told[2];
	char word;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (!pid) {
		struct semaphore_slot slot;
		enum semaphore_answer answer = semaphore_try(fd, SEMAPHORE_SEARCH, name, &TWO_THREE, &slot);

		word = answer == SEMAPHORE_TAKEN ? 'y' : 'n';
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
	int fd = open_semaphores();
	pid_t ann[2], ben;

	(void)state;
	for (size_t i = 0; i < 2; i++)
		ann[i] = start_holder(fd, "ann");
	assert_int_equal(try_one(fd, "ann"), SEMAPHORE_USER_FULL);
	assert_int_equal(try_one(fd, "ben"), SEMAPHORE_TAKEN);
	ben = start_holder(fd, "ben");
	assert_int_equal(try_one(fd, "ben"), SEMAPHORE_ALL_FULL);
	/* What was refused is not kept. */
	stop_holder(ann[0]);
	assert_int_equal(try_one(fd, "ben"), SEMAPHORE_TAKEN);
	stop_holder(ann[1]);
	stop_holder(ben);
	close(fd);
}

static void a_slot_ends_with_its_process(void **state)
{
	int fd = open_semaphores();

	(void)state;
	for (int i = 0; i < 5; i++)
		stop_holder(start_holder(fd, "ann"));
	assert_int_equal(try_one(fd, "ann"), SEMAPHORE_TAKEN);
	close(fd);
}

static void kinds_have_slots_of_their_own(void **state)
{
	int fd = open_semaphores();
	struct semaphore_slot slot;
	pid_t holders[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		holders[i] = start_holder(fd, (const char *const[]){"ann", "ben", "eve"}[i]);
	semaphore_wait(fd, SEMAPHORE_PASSWORD, 1, &slot);
	semaphore_release(fd, &slot);
	for (size_t i = 0; i < 3; i++)
		stop_holder(holders[i]);
	close(fd);
}

/* Four processes, two slots: never more of them between taking and releasing than there are slots. */
static void who_waits_gets_a_slot_when_one_is_released(void **state)
{
	enum { PROCESSES = 4, ROUNDS = 200, LIMIT = 2 };
	int fd = open_semaphores(), status;
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
			struct semaphore_slot slot;

			semaphore_wait(fd, SEMAPHORE_PASSWORD, LIMIT, &slot);
			if (__atomic_add_fetch(inside, 1, __ATOMIC_SEQ_CST) > LIMIT)
				_exit(1);
			(void)sched_yield();
			__atomic_sub_fetch(inside, 1, __ATOMIC_SEQ_CST);
			semaphore_release(fd, &slot);
		}
		_exit(0);
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	(void)munmap(inside, sizeof(*inside));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_name_takes_so_many_and_all_together_so_many),
		cmocka_unit_test(a_slot_ends_with_its_process),
		cmocka_unit_test(kinds_have_slots_of_their_own),
		cmocka_unit_test(who_waits_gets_a_slot_when_one_is_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
