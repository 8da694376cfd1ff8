/*
 * The prefork master. It serves nothing itself: it forks children, waits for signals, and replaces children
 * that have died. Signals are blocked and taken one by one with sigtimedwait, so there is no handler, and no
 * race between looking at the children and going to sleep.
 *
 * A child is SERVING, RETIRING or DEAD. A group has as many serving children as it is wide, and any number of
 * retiring ones, which finish the request in hand and end. A reload (SIGHUP) is one move: every serving child
 * becomes a retiring one, the groups are filled with a new generation, and only then are the old children
 * told to finish. The listening sockets are the master's and stay open, so what arrives in between waits for
 * the new generation. Stopping is the same move without the filling.
 *
 * What dies when: a child that is killed costs its request, is logged and replaced; a retiring child that
 * ends is expected and leaves no line. A master that is killed takes its children along at once
 * (PR_SET_PDEATHSIG), because the next master needs their sockets. Children that die within a second of their
 * start are a fault of the program or its surroundings; they are started again, but ever later, up to five
 * seconds, so that a broken pool does not eat a processor.
 *
 * What must stay true: `serving` of a group is the number of its children that are SERVING, and only move()
 * changes a child's state.
 */
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

enum child_state { CHILD_SERVING, CHILD_RETIRING, CHILD_DEAD };

struct child {
	pid_t pid;
	size_t group; /* index */
	enum child_state state;
	int64_t started_ms;
};

struct group {
	const struct pool_group *what;
	size_t serving;
	unsigned early_deaths; /* in a row */
	int64_t start_at_ms;   /* no new child before this */
};

enum master_state {
	MASTER_RUNNING, /* groups are kept full */
	MASTER_STOPPING /* every child retires; the master ends with the last one */
};

struct pool {
	struct group groups[POOL_GROUPS_MAX];
	size_t groups_count;
	struct child *children; /* none of them is dead */
	size_t count, capacity;
	sigset_t signals; /* what the master waits for */
	enum master_state state;
};

/* The one place where a child's state changes. A child retires once, and dies once. */
static void move(struct pool *pool, struct child *child, enum child_state to)
{
	assert(child->state < to);
	if (child->state == CHILD_SERVING)
		pool->groups[child->group].serving--;
	child->state = to;
}

static void start_child(struct pool *pool, size_t index)
{
	struct group *group = &pool->groups[index];
	pid_t master = getpid(), pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* A master that died before that line cannot be noticed in another way. */
		if (getppid() == master)
			group->what->run(group->what->user);
		exit(EXIT_SUCCESS);
	}
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

/* Starts the children that are missing, in groups that may start any now. */
static void fill(struct pool *pool)
{
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < pool->groups_count; i++) {
		struct group *group = &pool->groups[i];

		while (group->serving < group->what->size && now_ms >= group->start_at_ms)
			start_child(pool, i);
	}
}

/*
 * A child that was not told to end has died. The first early death is an accident; from the second one in a
 * row on the next start is put off, and the delay doubles.
 */
static void note_death(struct group *group, const struct child *child, int status)
{
	int64_t now_ms = clock_monotonic_ms(), delay_ms = DELAY_FIRST_MS;

	if (WIFSIGNALED(status))
		log_error("pool", "child killed group=%s pid=%d signal=%s", group->what->name,
			  (int)child->pid, strsignal(WTERMSIG(status)));
	else
		log_error("pool", "child ended group=%s pid=%d status=%d", group->what->name, (int)child->pid,
			  WEXITSTATUS(status));
	if (now_ms - child->started_ms >= EARLY_MS) {
		group->early_deaths = 0;
		return;
	}
	group->early_deaths++;
	if (group->early_deaths < 2)
		return;
	for (unsigned i = 2; i < group->early_deaths && delay_ms < DELAY_MAX_MS; i++)
		delay_ms *= 2;
	if (delay_ms > DELAY_MAX_MS)
		delay_ms = DELAY_MAX_MS;
	group->start_at_ms = now_ms + delay_ms;
	log_warning("pool", "children die at start group=%s in_a_row=%u next_try_in_ms=%" PRId64,
		    group->what->name, group->early_deaths, delay_ms);
}

/* Takes every child that has ended off the list. */
static void reap(struct pool *pool)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		size_t i = 0;
		struct child child;

		while (i < pool->count && pool->children[i].pid != pid)
			i++;
		if (i == pool->count)
			continue;
		child = pool->children[i];
		pool->children[i] = pool->children[--pool->count];
		if (child.state == CHILD_SERVING)
			note_death(&pool->groups[child.group], &child, status);
		move(pool, &child, CHILD_DEAD);
	}
}

static void retire_all(struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (pool->children[i].state == CHILD_SERVING)
			move(pool, &pool->children[i], CHILD_RETIRING);
}

static void signal_retiring(const struct pool *pool, int number)
{
	for (size_t i = 0; i < pool->count; i++)
		if (pool->children[i].state == CHILD_RETIRING)
			(void)kill(pool->children[i].pid, number);
}

/* Waits for the next signal, or until a delayed child may start. 0 if none came. */
static int next_signal(const struct pool *pool)
{
	int64_t wait_ms = DELAY_MAX_MS, now_ms = clock_monotonic_ms();
	struct timespec timeout;
	int number;

	for (size_t i = 0; i < pool->groups_count && pool->state == MASTER_RUNNING; i++) {
		const struct group *group = &pool->groups[i];

		if (group->serving < group->what->size && group->start_at_ms - now_ms < wait_ms)
			wait_ms = group->start_at_ms > now_ms ? group->start_at_ms - now_ms : 0;
	}
	timeout = (struct timespec){.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
	number = sigtimedwait(&pool->signals, NULL, &timeout);
	return number > 0 ? number : 0;
}

/* Returns the exit status when the last child has ended, or when it is not waited for any more. */
static int supervise(struct pool *pool)
{
	for (;;) {
		int number;

		reap(pool);
		if (pool->state == MASTER_RUNNING)
			fill(pool);
		else if (!pool->count)
			return EXIT_SUCCESS;
		number = next_signal(pool);
		if (number == SIGHUP && pool->state == MASTER_RUNNING) {
			log_info("pool", "replacing every child");
			retire_all(pool);
			fill(pool);
			signal_retiring(pool, SIGTERM);
		} else if ((number == SIGTERM || number == SIGINT) && pool->state == MASTER_RUNNING) {
			log_info("pool", "stopping: requests in hand are finished");
			pool->state = MASTER_STOPPING;
			retire_all(pool);
			signal_retiring(pool, SIGTERM);
		} else if (number == SIGTERM || number == SIGINT) {
			log_warning("pool", "second signal: requests in hand are lost children=%zu",
				    pool->count);
			signal_retiring(pool, SIGKILL);
			return EXIT_FAILURE;
		}
	}
}

int pool_run(const struct pool_group *groups, size_t count)
{
	static const int SIGNALS[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	struct pool pool = {.groups_count = count, .state = MASTER_RUNNING};
	sigset_t outside;
	int status;

	assert(count <= POOL_GROUPS_MAX);
	for (size_t i = 0; i < count; i++)
		pool.groups[i].what = &groups[i];
	sigemptyset(&pool.signals);
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++)
		sigaddset(&pool.signals, SIGNALS[i]);
	(void)sigprocmask(SIG_BLOCK, &pool.signals, &outside);
	status = supervise(&pool);
	(void)sigprocmask(SIG_SETMASK, &outside, NULL);
	free(pool.children);
	return status;
}
