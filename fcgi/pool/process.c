/*
 * The loop of a process of the pool. Signals are blocked except while it waits, so a request is never
 * interrupted and a signal never missed.
 */
#include "fcgi/pool/process.h"

#include "common/log.h"
#include "common/mem.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 16

struct process {
	const struct process_options *options;
	int epoll_fd;
	bool accepting;
	struct fastcgi **connections; /* options->connections places, NULL where free */
	size_t count;
};

static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
	(void)number;
	stopping = 1;
}

/* SIGINT comes to the whole terminal's group; the master hears it and tells with SIGTERM. */
static void set_signals(sigset_t *while_waiting)
{
	struct sigaction stop = {.sa_handler = on_stop}, ignore = {.sa_handler = SIG_IGN};
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_SETMASK, &blocked, NULL);
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(while_waiting);
}

/* Many processes wait for the same socket; EPOLLEXCLUSIVE wakes few of them for each connection. */
static void watch_listener(struct process *process)
{
	bool wanted = !stopping && process->count < process->options->connections;
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
	int failed;

	if (wanted == process->accepting)
		return;
	failed = epoll_ctl(process->epoll_fd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
			   process->options->listen_fd, &event);
	assert(!failed);
	process->accepting = wanted;
}

static void drop(struct process *process, struct fastcgi *connection)
{
	for (size_t i = 0; i < process->options->connections; i++) {
		if (process->connections[i] != connection)
			continue;
		process->connections[i] = NULL;
		process->count--;
	}
	fastcgi_free(connection); /* closing the descriptor takes it out of the epoll set */
	watch_listener(process);
}

static void serve(struct process *process, struct fastcgi *connection)
{
	struct request request;
	struct response response = {.status = 200, .content_type = "application/json"};

	if (!fastcgi_read(connection, &request)) {
		drop(process, connection);
		return;
	}
	process->options->answer(process->options->user, &request, &response);
	if (!fastcgi_answer(connection, &request, &response))
		drop(process, connection);
}

static bool is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) > 0;
}

static void take_connection(struct process *process)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct fastcgi *connection;
	int fd = accept4(process->options->listen_fd, NULL, NULL, SOCK_CLOEXEC), failed;

	if (fd < 0) {
		/* Another process was faster, or the client gave up. */
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			log_error("process", "cannot accept a connection: %s", strerror(errno));
		return;
	}
	connection = fastcgi_open(fd);
	for (size_t i = 0; i < process->options->connections; i++)
		if (!process->connections[i]) {
			process->connections[i] = connection;
			break;
		}
	process->count++;
	event.data.ptr = connection;
	failed = epoll_ctl(process->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	assert(!failed);
	watch_listener(process);
	if (is_readable(fd)) /* nginx sends its request right away: most often there is no need to wait */
		serve(process, connection);
}

/* Requests that have already arrived on open connections are still answered. */
static void finish(struct process *process)
{
	watch_listener(process);
	for (size_t i = 0; i < process->options->connections; i++) {
		if (process->connections[i] && is_readable(fastcgi_fd(process->connections[i])))
			serve(process, process->connections[i]);
		if (process->connections[i])
			drop(process, process->connections[i]);
	}
}

void process_run(const struct process_options *options)
{
	struct process process = {.options = options};
	struct epoll_event events[EVENTS_AT_ONCE];
	sigset_t while_waiting;

	set_signals(&while_waiting);
	process.connections = mem_alloc(options->connections, sizeof(struct fastcgi *));
	process.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	assert(process.epoll_fd >= 0);
	watch_listener(&process);
	while (!stopping) {
		int count = epoll_pwait(process.epoll_fd, events, EVENTS_AT_ONCE, -1, &while_waiting);

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr)
				serve(&process, events[i].data.ptr);
			else if (process.accepting)
				take_connection(&process);
		}
	}
	finish(&process);
	close(process.epoll_fd);
	free(process.connections);
}
