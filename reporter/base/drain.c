/*
 * The problem: the output of a program is a pipe to us, because the end of what it wrote explains a failure.
 * A daemon that the program leaves behind inherits that pipe, may write to it for years, and must survive an
 * update of the reporter. It cannot be given another output afterwards, so each such pipe needs a reader
 * until its end.
 *
 * Where the reporter's own messages go to systemd's journal, so does what comes here, and `journalctl -t
 * PROGRAM` shows it. It is worth no more than that: what the journal does not take at once is lost, and
 * journald counts these lines towards the rate limit of the reporter's unit.
 *
 * Why the program does not get the journal for its output at once (sd_journal_stream_fd), which would need no
 * reader: the last lines of a program that failed would have to be read back from there. They arrive some
 * time after the program's end, they are gone if the rate limit was reached, a reporter that is not root may
 * not read them, and without journald it would all be needed as it is here. So the process that is left
 * behind at our end is needed with journald as without; only what it does with a line differs.
 *
 * What must stay true: that process holds nothing of the reporter's but the pipes and the journal's streams,
 * or a lock or a listening socket would outlive the reporter with it.
 */
#include "reporter/base/drain.h"

#include "common/log.h"
#include "common/mem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define PROCESS_NAME   "p2pdash-drain" /* what ps(1) shows of the process that is left behind */
#define JOURNAL_SOCKET "/run/systemd/journal/stdout"

enum { READ_SIZE_BYTES = 64 * 1024 };

struct leftover {
	struct drain *drain;
	struct leftover *next;
	int pipe;
	int journal; /* -1: what comes is dropped */
	struct watch *watch;
};

struct drain {
	struct loop *loop;
	struct leftover *first;
	size_t count;
};

static void leftover_free(struct leftover *leftover)
{
	struct leftover **link = &leftover->drain->first;

	while (*link != leftover)
		link = &(*link)->next;
	*link = leftover->next;
	leftover->drain->count--;
	watch_free(leftover->watch);
	close(leftover->pipe);
	if (leftover->journal >= 0)
		close(leftover->journal);
	free(leftover);
}

/* Hands on what came. False if the pipe is at its end. */
static bool pass_on(int pipe, int journal)
{
	char data[READ_SIZE_BYTES];
	ssize_t got = read(pipe, data, sizeof(data));

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	if (got > 0 && journal >= 0)
		(void)!send(journal, data, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL);
	return got > 0;
}

static void on_output(void *user, uint32_t events)
{
	struct leftover *leftover = user;

	(void)events;
	if (!pass_on(leftover->pipe, leftover->journal))
		leftover_free(leftover);
}

/* A stream to the journal; -1 if our own messages do not go there, or none can be opened. */
static int journal_open(const char *name)
{
	struct sockaddr_un peer = {0};
	socklen_t len = sizeof(peer);
	int fd;

	if (getpeername(STDERR_FILENO, (struct sockaddr *)&peer, &len) < 0 || peer.sun_family != AF_UNIX ||
	    strcmp(peer.sun_path, JOURNAL_SOCKET) != 0)
		return -1;
	fd = sd_journal_stream_fd(name, LOG_INFO, 0);
	return fd < 0 ? -1 : fd;
}

struct drain *drain_new(struct loop *loop)
{
	struct drain *drain = mem_alloc(1, sizeof(*drain));

	drain->loop = loop;
	return drain;
}

void drain_take(struct drain *drain, int pipe, const char *name)
{
	struct leftover *leftover = mem_alloc(1, sizeof(*leftover));

	*leftover = (struct leftover){
		.drain = drain, .next = drain->first, .pipe = pipe, .journal = journal_open(name)};
	leftover->watch = loop_watch(drain->loop, pipe, EPOLLIN, on_output, leftover);
	drain->first = leftover;
	drain->count++;
}

/* Closes every descriptor but those of the leftovers. */
static void close_others(const struct drain *drain)
{
	int highest = 0;

	for (const struct leftover *kept = drain->first; kept; kept = kept->next) {
		highest = kept->pipe > highest ? kept->pipe : highest;
		highest = kept->journal > highest ? kept->journal : highest;
	}
	for (int fd = 0; fd < highest; fd++) {
		const struct leftover *kept = drain->first;

		while (kept && kept->pipe != fd && kept->journal != fd)
			kept = kept->next;
		if (!kept)
			close(fd);
	}
	closefrom(highest + 1);
}

/* The life of the process that is left behind. */
static _Noreturn void read_on(const struct drain *drain)
{
	struct pollfd *pipes = mem_alloc(drain->count, sizeof(*pipes));
	int *journals = mem_alloc(drain->count, sizeof(*journals));
	size_t count = 0;
	sigset_t none;

	(void)prctl(PR_SET_NAME, PROCESS_NAME);
	(void)setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_others(drain);
	for (const struct leftover *kept = drain->first; kept; kept = kept->next) {
		pipes[count] = (struct pollfd){.fd = kept->pipe, .events = POLLIN};
		journals[count++] = kept->journal;
	}
	while (count) {
		(void)poll(pipes, count, -1);
		for (size_t i = count; i-- > 0;) {
			if (!pipes[i].revents || pass_on(pipes[i].fd, journals[i]))
				continue;
			close(pipes[i].fd);
			count--;
			pipes[i] = pipes[count];
			journals[i] = journals[count];
		}
	}
	_exit(EXIT_SUCCESS);
}

void drain_free(struct drain *drain)
{
	int status = 0;
	pid_t pid;

	if (!drain)
		return;
	if (drain->first) {
		/* The process is a child of a child that ends at once, so that init adopts and reaps it. */
		pid = fork();
		if (pid == 0) {
			pid = fork();
			if (pid == 0)
				read_on(drain);
			_exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
			log_error("drain",
				  "cannot leave a process behind that reads what services write: their next "
				  "output may end them");
	}
	while (drain->first)
		leftover_free(drain->first);
	free(drain);
}
