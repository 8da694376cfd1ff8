/* Running programs: posix_spawn, a pidfd for the end, two pipes for the output. What they are for is not
 * known here. */
#include "reporter/base/child.h"

#include "common/buf.h"
#include "common/mem.h"
#include "reporter/base/drain.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_KEPT_BYTES 2048 /* a result's message holds no more */

enum { READ_SIZE_BYTES = 16 * 1024, READS_A_TURN = 64 };

enum child_state {
	CHILD_RUNNING,
	CHILD_CANCELLED, /* killed, to be reaped */
	CHILD_GONE	 /* its output is still held by somebody it started */
};

struct output {
	struct child *child;
	int fd; /* -1: closed */
	struct watch *watch;
	struct buf tail;
};

struct child {
	struct children *children;
	struct child *next;
	enum child_state state;
	int error;
	bool timed_out;
	pid_t pid;
	int pidfd;
	struct watch *watch;
	struct timer *timer; /* its time is up, or it could not be started */
	struct output outputs[2];
	child_end_fn done;
	void *user;
};

struct children {
	struct loop *loop;
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

static void keep_tail(struct buf *tail, const char *data, size_t len)
{
	buf_append(tail, data, len);
	if (tail->len > 2 * (size_t)OUTPUT_KEPT_BYTES)
		buf_consume(tail, tail->len - OUTPUT_KEPT_BYTES);
}

static void output_read(struct output *output)
{
	char data[READ_SIZE_BYTES];

	for (int i = 0; i < READS_A_TURN && output->fd >= 0; i++) {
		ssize_t got = read(output->fd, data, sizeof(data));

		if (got > 0)
			keep_tail(&output->tail, data, (size_t)got);
		else if (got == 0 || errno != EAGAIN)
			output_close(output);
		else
			return;
	}
}

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
	free(child);
}

static bool has_output(const struct child *child)
{
	return child->outputs[0].fd >= 0 || child->outputs[1].fd >= 0;
}

static void on_output(void *user, uint32_t events)
{
	struct output *output = user;

	(void)events;
	output_read(output);
	if (output->child->state == CHILD_GONE && !has_output(output->child))
		child_free(output->child);
}

/* --- the end ------------------------------------------------------------------------------------ */

static void child_kill(const struct child *child)
{
	kill(-child->pid, SIGKILL);
	kill(child->pid, SIGKILL);
}

/* Tells the end. The child is out of the way before, so that the callback may do anything. */
static void finish(struct child *child, struct child_end *end)
{
	struct output *told = &child->outputs[child->outputs[1].tail.len ? 1 : 0];
	child_end_fn done = child->state == CHILD_CANCELLED ? NULL : child->done;
	struct buf tail = told->tail;
	void *user = child->user;

	told->tail = (struct buf){0};
	end->timed_out = child->timed_out;
	end->output = buf_string(&tail);
	end->output_len = tail.len;
	child->state = CHILD_GONE;
	if (!has_output(child))
		child_free(child);
	if (done)
		done(user, end);
	buf_free(&tail);
}

static void on_timer(void *user)
{
	struct child *child = user;
	struct child_end end = {.error = child->error, .status = -1};

	if (child->error) {
		output_close(&child->outputs[0]);
		output_close(&child->outputs[1]);
		finish(child, &end);
		return;
	}
	child->timed_out = true;
	child_kill(child); /* its end arrives as any other */
}

static void on_exit_of(void *user, uint32_t events)
{
	struct child *child = user;
	struct child_end end = {.status = -1};
	siginfo_t info = {0};

	(void)events;
	if (waitid(P_PIDFD, (id_t)child->pidfd, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
		return;
	watch_free(child->watch);
	child->watch = NULL;
	timer_stop(child->timer);
	if (info.si_code == CLD_EXITED)
		end.status = info.si_status;
	else
		end.signal = info.si_status;
	for (size_t i = 0; i < 2; i++)
		output_read(&child->outputs[i]);
	finish(child, &end);
}

/* --- the start ---------------------------------------------------------------------------------- */

/* Signals as a program expects them, a group of its own, and no descriptor but the three. */
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

/* A pipe whose reading end does not wait; the writing end is the child's and must. */
static int output_open(struct child *child, size_t index, int *writing)
{
	struct output *output = &child->outputs[index];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return errno;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	output->fd = ends[0];
	output->watch = loop_watch(child->children->loop, ends[0], EPOLLIN, on_output, output);
	*writing = ends[1];
	return 0;
}

static int start(struct child *child, char *const argv[])
{
	int writing[2] = {-1, -1}, error = 0;

	for (size_t i = 0; i < 2 && error == 0; i++)
		error = output_open(child, i, &writing[i]);
	if (error == 0)
		error = spawn(child, argv, writing);
	for (size_t i = 0; i < 2; i++)
		if (writing[i] >= 0)
			close(writing[i]);
	if (error)
		return error;
	child->pidfd = pidfd_open(child->pid, 0);
	if (child->pidfd < 0) {
		error = errno;
		child_kill(child);
		waitpid(child->pid, NULL, 0);
		return error;
	}
	child->watch = loop_watch(child->children->loop, child->pidfd, EPOLLIN, on_exit_of, child);
	return 0;
}

struct child *child_start(struct children *children, char *const argv[], int64_t timeout_ms,
			  child_end_fn done, void *user)
{
	struct child *child = mem_alloc(1, sizeof(*child));

	*child = (struct child){
		.children = children, .next = children->first, .pidfd = -1, .done = done, .user = user};
	children->first = child;
	child->timer = loop_timer(children->loop, on_timer, child);
	for (size_t i = 0; i < 2; i++)
		child->outputs[i] = (struct output){.child = child, .fd = -1};
	child->error = start(child, argv);
	timer_start(child->timer, child->error ? 0 : timeout_ms);
	return child;
}

void child_cancel(struct child *child)
{
	if (!child)
		return;
	if (child->error) {
		child_free(child);
		return;
	}
	child->state = CHILD_CANCELLED;
	child_kill(child);
}

struct children *children_new(struct loop *loop)
{
	struct children *children = mem_alloc(1, sizeof(*children));

	children->loop = loop;
	return children;
}

/* Somebody that a program started still has them; see drain.h. */
static void leave_outputs(const struct children *children)
{
	size_t count = 0, capacity = 0;
	int *fds = NULL;

	for (const struct child *child = children->first; child; child = child->next)
		for (size_t i = 0; i < 2 && child->state == CHILD_GONE; i++) {
			if (child->outputs[i].fd < 0)
				continue;
			if (count == capacity) {
				capacity += 16;
				fds = mem_resize(fds, capacity, sizeof(*fds));
			}
			fds[count++] = child->outputs[i].fd;
		}
	if (count)
		drain_leave_behind(fds, count);
	free(fds);
}

/* Those that are killed here are reaped by init when the reporter ends. */
void children_free(struct children *children)
{
	if (!children)
		return;
	leave_outputs(children);
	while (children->first) {
		if (children->first->state != CHILD_GONE && !children->first->error)
			child_kill(children->first);
		child_free(children->first);
	}
	free(children);
}
