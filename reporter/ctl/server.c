/*
 * The running reporter's side of `ctl`: a few local clients, each with one question and five seconds to ask
 * it. What can be asked is commands/methods.c's concern; who may ask, the socket's mode decides.
 */
#include "reporter/ctl/ctl.h"

#include "common/listen.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/commands/methods.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 8, QUESTION_MAX_BYTES = 4096, METHOD_MAX_BYTES = 80, CLIENTS_MAX = 16, PATIENCE_MS = 5000 };

struct client {
	struct ctl_server *server;
	struct client *next;
	int fd;
	struct watch *watch;
	struct timer *patience; /* ends the client if it asks nothing */
	struct buf question;
};

struct ctl_server {
	struct loop *loop;
	struct scheduler *scheduler;
	char *path;
	int fd;
	struct watch *watch;
	struct client *clients;
	int clients_count;
};

/* Also when a client's patience is over. */
static void client_free(void *user)
{
	struct client *client = user, **link = &client->server->clients;

	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	client->server->clients_count--;
	watch_free(client->watch);
	timer_free(client->patience);
	close(client->fd);
	buf_free(&client->question);
	free(client);
}

/* Asks the method that the question names. */
static enum err call(struct client *client, struct buf *result, struct reason *why)
{
	struct json *question = NULL;
	const char *method = NULL;
	enum err err = json_parse(client->question.data, client->question.len, &question, why);

	if (err != ERR_NONE)
		return err;
	err = json_need_text(question, "", "method", METHOD_MAX_BYTES, &method, why);
	if (err != ERR_NONE)
		goto out;
	err = methods_call(client->server->scheduler, question, result, why);
out:
	json_free(question);
	return err;
}

static void on_question(void *user, uint32_t events)
{
	struct client *client = user;
	struct buf text = {0}, result = {0};
	struct json_out json = {.buf = &text};
	char piece[QUESTION_MAX_BYTES];
	ssize_t got = recv(client->fd, piece, sizeof(piece), MSG_DONTWAIT);
	struct reason why;
	enum err err;

	(void)events;
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		client_free(client);
		return;
	}
	buf_append(&client->question, piece, (size_t)got);
	if (!memchr(piece, '\n', (size_t)got) && client->question.len < QUESTION_MAX_BYTES)
		return;
	err = call(client, &result, &why);
	json_open(&json, '{');
	json_put_bool(&json, "success", err == ERR_NONE);
	if (err == ERR_NONE) {
		json_put_raw(&json, "result", result.data, result.len);
	} else {
		json_put_text(&json, "error", why.text);
		json_put_text(&json, "code", err_code(err));
	}
	json_close(&json, '}');
	buf_char(&text, '\n');
	/* A few hundred bytes: they fit the socket's buffer, or the other side is not worth waiting for. */
	if (send(client->fd, text.data, text.len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)text.len)
		log_warning("ctl", "an answer was not read error=%s", strerror(errno));
	buf_free(&text);
	buf_free(&result);
	client_free(client);
}

static void on_client(void *user, uint32_t events)
{
	struct ctl_server *server = user;
	int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *client;

	(void)events;
	if (fd < 0)
		return;
	if (server->clients_count == CLIENTS_MAX) {
		close(fd);
		return;
	}
	client = mem_alloc(1, sizeof(*client));
	*client = (struct client){.server = server, .next = server->clients, .fd = fd};
	client->watch = loop_watch(server->loop, fd, EPOLLIN, on_question, client);
	client->patience = loop_timer(server->loop, client_free, client);
	timer_start(client->patience, PATIENCE_MS);
	server->clients = client;
	server->clients_count++;
}

enum err ctl_server_new(struct loop *loop, const char *path, struct scheduler *scheduler,
			struct ctl_server **out, struct reason *why)
{
	struct ctl_server *server;
	int fd = -1;
	enum err err = listen_bind(path, SOCK_STREAM, 0600, &fd);

	if (err == ERR_CONFLICT)
		return reason_set(why, err, "another reporter listens on control_socket %s", path);
	if (err == ERR_INVALID)
		return reason_set(why, err,
				  "control_socket: %s is in the way and is no socket, so it is left alone",
				  path);
	if (err != ERR_NONE)
		return reason_set(why, err, "control_socket %s cannot be made: %s", path, strerror(errno));
	if (listen(fd, BACKLOG) < 0) {
		err = reason_set(why, ERR_SYSTEM, "control_socket %s cannot be made: %s", path,
				 strerror(errno));
		close(fd);
		return err;
	}
	server = mem_alloc(1, sizeof(*server));
	*server = (struct ctl_server){.loop = loop, .scheduler = scheduler, .path = mem_text(path), .fd = fd};
	server->watch = loop_watch(loop, fd, EPOLLIN, on_client, server);
	*out = server;
	return ERR_NONE;
}

void ctl_server_free(struct ctl_server *server)
{
	if (!server)
		return;
	while (server->clients)
		client_free(server->clients);
	watch_free(server->watch);
	close(server->fd);
	listen_remove(server->path);
	free(server->path);
	free(server);
}
