/*
 * The loop of a process of the pool: one epoll set that holds the listening socket and the open connections.
 *
 * libfcgi has a loop of its own (FCGX_Accept_r on the listening socket), and it does not do here. It sleeps
 * in the one connection that it accepted, even while nginx keeps that connection open and sends nothing, and
 * nginx does keep connections open: a new one for each request costs a third of the throughput. A pool of
 * such processes serves no more clients than it has processes, and a request hangs while idle connections
 * hold all of them. Here an idle connection is an entry of the epoll set and costs no process.
 *
 * A process still serves one request at a time, without locks and without threads. While it serves, its other
 * connections wait, so it holds few of them, and takes the listening socket out of the set when it is full;
 * other processes of the pool then get what comes.
 *
 * Signals are blocked except while the loop waits (epoll_pwait swaps the mask), so no request is interrupted
 * and no SIGTERM is missed between looking at `stopping` and going to sleep.
 */
#include "fcgi/pool/process.h"

#include "common/log.h"
#include "common/mem.h"
#include "fcgi/http/fastcgi.h"

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
	bool accepting;				 /* the listening socket is in the epoll set */
	struct fastcgi_connection **connections; /* options->connections places, NULL where free */
	size_t count;
};

static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
	(void)number;
	stopping = 1;
}

static bool is_readable(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) > 0;
}

/*
 * Takes the listening socket into the epoll set, or out of it, as there is room for a connection. Many
 * processes wait for the same socket; EPOLLEXCLUSIVE wakes only few of them for each connection.
 */
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

static void drop(struct process *process, struct fastcgi_connection *connection)
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

/* Reads one request and answers it; blocks as long as that takes. */
static void serve(struct process *process, struct fastcgi_connection *connection)
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

static void take_connection(struct process *process)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct fastcgi_connection *connection;
	int fd = accept4(process->options->listen_fd, NULL, NULL, SOCK_CLOEXEC), failed;
	size_t place = 0;

	if (fd < 0) {
		/* Another process was faster, or the client gave up. */
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			log_error("process", "cannot accept a connection: %s", strerror(errno));
		return;
	}
	connection = fastcgi_open(fd);
	while (process->connections[place])
		place++;
	process->connections[place] = connection;
	process->count++;
	event.data.ptr = connection;
	failed = epoll_ctl(process->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	assert(!failed);
	watch_listener(process);
	/* nginx sends its request right away: most often there is no need to wait. */
	if (is_readable(fd))
		serve(process, connection);
}

/* After SIGTERM: requests that have already arrived on open connections are still answered. */
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

/*
 * SIGTERM comes from the master and is heard only with the mask of *while_waiting. SIGINT goes to the whole
 * group of a terminal: the master hears it and tells its processes with SIGTERM.
 */
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

void process_run(const struct process_options *options)
{
	struct process process = {.options = options};
	struct epoll_event events[EVENTS_AT_ONCE];
	sigset_t while_waiting;

	set_signals(&while_waiting);
	process.connections = mem_alloc(options->connections, sizeof(struct fastcgi_connection *));
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
