/* A process that outlives the reporter and has nothing of it but some pipes. */
#include "reporter/base/drain.h"

#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "p2pdash-drain" /* for who looks what it is */

enum { READ_SIZE_BYTES = 64 * 1024 };

static bool is_kept(const struct pollfd *pipes, size_t count, int fd)
{
	for (size_t i = 0; i < count; i++)
		if (pipes[i].fd == fd)
			return true;
	return false;
}

/* A lock, a listening socket or somebody's terminal must not outlive the reporter with us. */
static void close_others(const struct pollfd *pipes, size_t count)
{
	int highest = 0;

	for (size_t i = 0; i < count; i++)
		highest = pipes[i].fd > highest ? pipes[i].fd : highest;
	for (int fd = 0; fd < highest; fd++)
		if (!is_kept(pipes, count, fd))
			close(fd);
	closefrom(highest + 1);
}

/* False when it is at its end, and closed. */
static bool drop_what_came(int fd)
{
	char data[READ_SIZE_BYTES];
	ssize_t got = read(fd, data, sizeof(data));

	if (got > 0 || (got < 0 && errno == EAGAIN))
		return true;
	close(fd);
	return false;
}

static _Noreturn void drain(struct pollfd *pipes, size_t count)
{
	sigset_t none;

	(void)prctl(PR_SET_NAME, NAME);
	(void)setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_others(pipes, count);
	while (count) {
		(void)poll(pipes, count, -1);
		for (size_t i = count; i-- > 0;)
			if (pipes[i].revents && !drop_what_came(pipes[i].fd))
				pipes[i] = pipes[--count];
	}
	_exit(EXIT_SUCCESS);
}

void drain_leave_behind(const int *fds, size_t count)
{
	struct pollfd *pipes = mem_alloc(count, sizeof(*pipes));
	int status = 0;
	pid_t pid;

	for (size_t i = 0; i < count; i++)
		pipes[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	/* Twice, so that whoever adopts orphans reaps it. */
	pid = fork();
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			drain(pipes, count);
		_exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		log_error("drain", "no process can be left to read what services write: it may end them");
	free(pipes);
}
