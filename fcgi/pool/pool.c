/* The prefork master. It handles signals one by one with sigtimedwait, so there is no handler and no race. */
#include "fcgi/pool/pool.h"

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define EARLY_MS       1000 /* a child that dies sooner died at start */
#define DELAY_FIRST_MS 100
#define DELAY_MAX_MS   5000

enum child_state { CHILD_SERVING, CHILD_RETIRING };

struct child {
	pid_t pid;
	size_t group;
	enum child_state state;
	int64_t started_ms;
};

struct group {
	const struct pool_group *what;
	size_t serving;
	unsigned early_deaths; /* in a row */
	int64_t start_at_ms;   /* no new child before this */
};

struct pool {
	struct group groups[POOL_GROUPS_MAX];
	size_t groups_count;
	struct child *children;
	size_t count, capacity;
	sigset_t signals;
	sigset_t outside; /* the mask the master was started with */
	bool stopping;
};

static _Noreturn void live_as_child(const struct group *group, pid_t master)
{
	/*
	 * A master that was killed takes its children along, in the middle of whatever they do: the next one
	 * needs their sockets. If it died before this line, too.
	 */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == master)
		group->what->run(group->what->user);
	exit(EXIT_SUCCESS);
}

static void start_child(struct pool *pool, size_t index)
{
	struct group *group = &pool->groups[index];
	pid_t master = getpid(), pid = fork();

	if (pid == 0)
		live_as_child(group, master);
	if (pid < 0) {
		log_error("pool", "cannot start a child: %s group=%s", strerror(errno), group->what->name);
		group->start_at_ms = clock_monotonic_ms() + DELAY_MAX_MS;
		return;
	}
	if (pool->count == pool->capacity) {
		pool->capacity = pool->capacity * 2 + 16;
		pool->children = mem_resize(pool->children, pool->capacity, sizeof(*pool->children));
	}
	pool->children[pool->count++] = (struct child){
		.pid = pid, .group = index, .state = CHILD_SERVING, .started_ms = clock_monotonic_ms()};
	group->serving++;
}

/* Starts what is missing and may start now. */
static void fill(struct pool *pool)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < pool->groups_count; i++) {
		struct group *group = &pool->groups[i];

		while (group->serving < group->what->size && now_ms >= group->start_at_ms)
			start_child(pool, i);
	}
}

static void log_death(const struct child *child, const char *group, int status)
{
	if (WIFSIGNALED(status))
		log_error("pool", "child killed group=%s pid=%d signal=%s", group, (int)child->pid,
			  strsignal(WTERMSIG(status)));
	else
		log_error("pool", "child ended group=%s pid=%d status=%d", group, (int)child->pid,
			  WEXITSTATUS(status));
}

/* The first early death is an accident; from the second on the delay doubles. */
static void put_off(struct group *group, const struct child *child)
{
	int64_t now_ms = clock_monotonic_ms(), delay_ms = DELAY_FIRST_MS;

	if (now_ms - child->started_ms >= EARLY_MS) {
		group->early_deaths = 0;
		return;
	}
	group->early_deaths++;
	for (unsigned i = 2; i < group->early_deaths && delay_ms < DELAY_MAX_MS; i++)
		delay_ms *= 2;
	if (group->early_deaths < 2)
		return;
	group->start_at_ms = now_ms + (delay_ms < DELAY_MAX_MS ? delay_ms : DELAY_MAX_MS);
	log_warning("pool", "children die at start group=%s in_a_row=%u next_try_in_ms=%" PRId64,
		    group->what->name, group->early_deaths, group->start_at_ms - now_ms);
}

static void bury(struct pool *pool, pid_t pid, int status)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct child child = pool->children[i];
		struct group *group = &pool->groups[child.group];

		if (child.pid != pid)
			continue;
		pool->children[i] = pool->children[--pool->count];
		if (child.state == CHILD_RETIRING)
			return;
		group->serving--;
		log_death(&child, group->what->name, status);
		put_off(group, &child);
		return;
	}
}

static void reap(struct pool *pool)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		bury(pool, pid, status);
}

static void signal_all(const struct pool *pool, enum child_state state, int number)
{
	for (size_t i = 0; i < pool->count; i++)
		if (pool->children[i].state == state)
			(void)kill(pool->children[i].pid, number);
}

static void retire_all(struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		struct child *child = &pool->children[i];

		if (child->state == CHILD_SERVING)
			pool->groups[child->group].serving--;
		child->state = CHILD_RETIRING;
	}
}

static void replace_all(struct pool *pool)
{
	log_info("pool", "replacing every child");
	retire_all(pool);
	fill(pool);
	signal_all(pool, CHILD_RETIRING, SIGTERM);
}

static void stop_all(struct pool *pool)
{
	log_info("pool", "stopping: requests in hand are finished");
	pool->stopping = true;
	retire_all(pool);
	signal_all(pool, CHILD_RETIRING, SIGTERM);
}

/* Waits for the next signal, or until a delayed child may start. 0 if none came. */
static int next_signal(struct pool *pool)
{
	int64_t wait_ms = DELAY_MAX_MS, now_ms = clock_monotonic_ms();
	struct timespec timeout;
	int number;

	for (size_t i = 0; i < pool->groups_count; i++) {
		const struct group *group = &pool->groups[i];

		if (group->serving < group->what->size && group->start_at_ms - now_ms < wait_ms)
			wait_ms = group->start_at_ms > now_ms ? group->start_at_ms - now_ms : 0;
	}
	if (pool->stopping)
		wait_ms = DELAY_MAX_MS;
	timeout = (struct timespec){.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
	number = sigtimedwait(&pool->signals, NULL, &timeout);
	return number > 0 ? number : 0;
}

/* Returns false when the master is to end at once. */
static bool handle_signal(struct pool *pool, int number)
{
	if (number == SIGHUP && !pool->stopping) {
		replace_all(pool);
	} else if (number == SIGTERM || number == SIGINT) {
		if (pool->stopping)
			return false;
		stop_all(pool);
	}
	return true;
}

static int supervise(struct pool *pool)
{
	for (;;) {
		reap(pool);
		if (!pool->stopping)
			fill(pool);
		else if (!pool->count)
			return EXIT_SUCCESS;
		if (!handle_signal(pool, next_signal(pool))) {
			log_warning("pool", "second signal: requests in hand are lost children=%zu",
				    pool->count);
			signal_all(pool, CHILD_RETIRING, SIGKILL);
			return EXIT_FAILURE;
		}
	}
}

int pool_run(const struct pool_group *groups, size_t count)
{
	static const int SIGNALS[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	struct pool pool = {.groups_count = count};
	int status;

	assert(count <= POOL_GROUPS_MAX);
	for (size_t i = 0; i < count; i++)
		pool.groups[i].what = &groups[i];
	sigemptyset(&pool.signals);
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++)
		sigaddset(&pool.signals, SIGNALS[i]);
	(void)sigprocmask(SIG_BLOCK, &pool.signals, &pool.outside);
	status = supervise(&pool);
	(void)sigprocmask(SIG_SETMASK, &pool.outside, NULL);
	free(pool.children);
	return status;
}
