/*
 * Running programs: posix_spawn, a pidfd for the end, two pipes for the output. What they are for is not
 * known here.
 *
 * A child's life is a state. It runs, or could not be started at all; one that runs may be killed, because
 * its time is up or because its owner gave it up. However it goes, its end comes from the loop: a failed
 * start by the timer, everything else by the pidfd, after which the child is no more. So no callback is
 * called from inside child_start, and a cancelled child is still reaped.
 *
 * What must stay true: `finish` is the only way to an owner's callback, and the child is freed before that is
 * called, so that the callback may start or free anything. A pipe that is open at the end belongs to somebody
 * whom the program started and goes to the drain: closing it would kill that daemon.
 */
#include "reporter/base/child.h"

#include "common/buf.h"
#include "common/mem.h"
#include "reporter/base/drain.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_KEPT_BYTES 2048 /* a result's message holds no more */

enum { READ_SIZE_BYTES = 16 * 1024, READS_A_TURN = 64 };

enum child_state {
	CHILD_UNSTARTED, /* `error` says why; its owner is still to be told */
	CHILD_RUNNING,
	CHILD_OVERDUE,	/* killed because its time was up; its owner is told when it has ended */
	CHILD_CANCELLED /* killed for an owner that wants to hear no more of it */
};

struct output {
	int fd; /* -1: closed */
	struct watch *watch;
	struct buf tail;
};

struct child {
	struct children *children;
	struct child *next;
	enum child_state state;
	int error;
	char *name; /* of the program, without its directory */
	pid_t pid;
	int pidfd;
	struct watch *watch;
	struct timer *timer;	  /* its time is up, or it could not be started */
	struct output outputs[2]; /* standard output, standard error */
	child_end_fn done;
	void *user;
};

struct children {
	struct loop *loop;
	struct drain *drain;
	struct child *first;
};

/* --- output ------------------------------------------------------------------------------------- */

static void output_close(struct output *output)
{
	watch_free(output->watch);
	output->watch = NULL;
	if (output->fd >= 0)
		close(output->fd);
	output->fd = -1;
}

/* Reads what is there, but not for ever if the program writes without pause, and keeps the last of it. */
static void on_output(void *user, uint32_t events)
{
	struct output *output = user;
	char data[READ_SIZE_BYTES];

	(void)events;
	for (int i = 0; i < READS_A_TURN && output->fd >= 0; i++) {
		ssize_t got = read(output->fd, data, sizeof(data));

		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			output_close(output);
			return;
		}
		buf_append(&output->tail, data, (size_t)got);
		if (output->tail.len > 2 * (size_t)OUTPUT_KEPT_BYTES)
			buf_consume(&output->tail, output->tail.len - OUTPUT_KEPT_BYTES);
	}
}

/* --- the end ------------------------------------------------------------------------------------ */

static void child_free(struct child *child)
{
	struct child **link = &child->children->first;

	while (*link != child)
		link = &(*link)->next;
	*link = child->next;
	watch_free(child->watch);
	timer_free(child->timer);
	if (child->pidfd >= 0)
		close(child->pidfd);
	for (size_t i = 0; i < 2; i++) {
		output_close(&child->outputs[i]);
		buf_free(&child->outputs[i].tail);
	}
	free(child->name);
	free(child);
}

/* Kills it with its group; the pidfd tells its end. One that is overdue may still be given up. */
static void child_kill(struct child *child, enum child_state why)
{
	assert(why == CHILD_CANCELLED || (why == CHILD_OVERDUE && child->state == CHILD_RUNNING));
	assert(child->state == CHILD_RUNNING || child->state == CHILD_OVERDUE);
	child->state = why;
	timer_stop(child->timer); /* it may be due in this very turn of the loop */
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL); /* it may have joined another group */
}

/* The child is gone, and told if its owner still wants to know. */
static void finish(struct child *child, struct child_end end)
{
	child_end_fn done = child->state == CHILD_CANCELLED ? NULL : child->done;
	void *user = child->user;
	struct output *told;
	struct buf tail;

	for (size_t i = 0; i < 2; i++) {
		struct output *output = &child->outputs[i];

		on_output(output, EPOLLIN);
		if (output->fd < 0)
			continue;
		watch_free(output->watch);
		output->watch = NULL;
		drain_take(child->children->drain, output->fd, child->name);
		output->fd = -1;
	}
	told = &child->outputs[child->outputs[1].tail.len ? 1 : 0];
	tail = told->tail;
	told->tail = (struct buf){0};
	end.timed_out = child->state == CHILD_OVERDUE;
	end.output = buf_string(&tail);
	end.output_len = tail.len;
	child_free(child);
	if (done)
		done(user, &end);
	buf_free(&tail);
}

static void on_exit_of(void *user, uint32_t events)
{
	struct child *child = user;
	siginfo_t info = {0};

	(void)events;
	if (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
		return;
	if (info.si_code == CLD_EXITED)
		finish(child, (struct child_end){.status = info.si_status});
	else
		finish(child, (struct child_end){.status = -1, .signal = info.si_status});
}

static void on_timer(void *user)
{
	struct child *child = user;

	if (child->state == CHILD_UNSTARTED)
		finish(child, (struct child_end){.error = child->error, .status = -1});
	else
		child_kill(child, CHILD_OVERDUE);
}

/* --- the start ---------------------------------------------------------------------------------- */

/* Signals as a program expects them, a group of its own, and no descriptor but the three. Returns errno. */
static int spawn(struct child *child, char *const argv[], const int outputs[2])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes,
				 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, outputs[0], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, outputs[1], STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	error = posix_spawnp(&child->pid, argv[0], &files, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Opens the pipes and runs the program. Returns errno; on failure nothing runs, and the pipes have no writer.
 */
static int start(struct child *child, char *const argv[])
{
	struct loop *loop = child->children->loop;
	int writing[2] = {-1, -1}, ends[2], error;

	for (size_t i = 0; i < 2; i++) {
		struct output *output = &child->outputs[i];

		if (pipe2(ends, O_CLOEXEC) < 0) {
			error = errno;
			goto out;
		}
		/* The reading end is ours and must not wait; the writing end is the program's and must. */
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		output->fd = ends[0];
		output->watch = loop_watch(loop, ends[0], EPOLLIN, on_output, output);
		writing[i] = ends[1];
	}
	error = spawn(child, argv, writing);
	if (error)
		goto out;
	child->pidfd = pidfd_open(child->pid, 0);
	if (child->pidfd < 0) {
		error = errno;
		kill(-child->pid, SIGKILL);
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
		goto out;
	}
	child->watch = loop_watch(loop, child->pidfd, EPOLLIN, on_exit_of, child);
out:
	for (size_t i = 0; i < 2; i++) {
		if (writing[i] >= 0)
			close(writing[i]);
	}
	return error;
}

struct child *child_start(struct children *children, char *const argv[], int64_t timeout_ms,
			  child_end_fn done, void *user)
{
	struct child *child = mem_alloc(1, sizeof(*child));

	*child = (struct child){.children = children,
				.next = children->first,
				.name = mem_text(basename(argv[0])),
				.pidfd = -1,
				.outputs = {{.fd = -1}, {.fd = -1}},
				.done = done,
				.user = user};
	children->first = child;
	child->timer = loop_timer(children->loop, on_timer, child);
	child->error = start(child, argv);
	child->state = child->error ? CHILD_UNSTARTED : CHILD_RUNNING;
	timer_start(child->timer, child->error ? 0 : timeout_ms);
	return child;
}

void child_cancel(struct child *child)
{
	if (!child)
		return;
	if (child->state == CHILD_UNSTARTED)
		child_free(child);
	else
		child_kill(child, CHILD_CANCELLED);
}

/* --- their owner -------------------------------------------------------------------------------- */

struct children *children_new(struct loop *loop)
{
	struct children *children = mem_alloc(1, sizeof(*children));

	children->loop = loop;
	children->drain = drain_new(loop);
	return children;
}

void children_free(struct children *children)
{
	if (!children)
		return;
	while (children->first) {
		struct child *child = children->first;

		/* Nobody waits for those that are killed here: init reaps them when the reporter ends. */
		if (child->state == CHILD_RUNNING || child->state == CHILD_OVERDUE)
			child_kill(child, CHILD_CANCELLED);
		child_free(child);
	}
	drain_free(children->drain);
	free(children);
}
