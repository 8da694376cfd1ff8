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

struct worker {
	const struct worker_options *options;
	int epoll_fd;
	bool accepting;
	struct connection **connections; /* options->connections places, NULL where free */
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
static void watch_listener(struct worker *worker)
{
	bool wanted = !stopping && worker->count < worker->options->connections;
	struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.ptr = NULL};
	int failed;

	if (wanted == worker->accepting)
		return;
	failed = epoll_ctl(worker->epoll_fd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL,
			   worker->options->listen_fd, &event);
	assert(!failed);
	worker->accepting = wanted;
}

static void drop(struct worker *worker, struct connection *connection)
{
	for (size_t i = 0; i < worker->options->connections; i++) {
		if (worker->connections[i] != connection)
			continue;
		worker->connections[i] = NULL;
		worker->count--;
	}
	connection_free(connection); /* closing the descriptor takes it out of the epoll set */
	watch_listener(worker);
}

static void serve(struct worker *worker, struct connection *connection)
{
	struct request request;
	struct response response = {.status = 200, .content_type = "application/json"};

	if (!connection_read(connection, &request)) {
		drop(worker, connection);
		return;
	}
	worker->options->answer(worker->options->user, &request, &response);
	if (!connection_answer(connection, &request, &response))
		drop(worker, connection);
}

static bool is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) > 0;
}

static void take_connection(struct worker *worker)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct connection *connection;
	int fd = accept4(worker->options->listen_fd, NULL, NULL, SOCK_CLOEXEC), failed;

	if (fd < 0) {
		/* Another process was faster, or the client gave up. */
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			log_error("worker", "cannot accept a connection: %s", strerror(errno));
		return;
	}
	connection = connection_open(fd);
	for (size_t i = 0; i < worker->options->connections; i++)
		if (!worker->connections[i]) {
			worker->connections[i] = connection;
			break;
		}
	worker->count++;
	event.data.ptr = connection;
	failed = epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	assert(!failed);
	watch_listener(worker);
	if (is_readable(fd)) /* nginx sends its request right away: most often there is no need to wait */
		serve(worker, connection);
}

/* Requests that have already arrived on open connections are still answered. */
static void finish(struct worker *worker)
{
	watch_listener(worker);
	for (size_t i = 0; i < worker->options->connections; i++) {
		if (worker->connections[i] && is_readable(connection_fd(worker->connections[i])))
			serve(worker, worker->connections[i]);
		if (worker->connections[i])
			drop(worker, worker->connections[i]);
	}
}

void worker_run(const struct worker_options *options)
{
	struct worker worker = {.options = options};
	struct epoll_event events[EVENTS_AT_ONCE];
	sigset_t while_waiting;

	set_signals(&while_waiting);
	worker.connections = mem_alloc(options->connections, sizeof(struct connection *));
	worker.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	assert(worker.epoll_fd >= 0);
	watch_listener(&worker);
	while (!stopping) {
		int count = epoll_pwait(worker.epoll_fd, events, EVENTS_AT_ONCE, -1, &while_waiting);

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr)
				serve(&worker, events[i].data.ptr);
			else if (worker.accepting)
				take_connection(&worker);
		}
	}
	finish(&worker);
	close(worker.epoll_fd);
	free(worker.connections);
}
