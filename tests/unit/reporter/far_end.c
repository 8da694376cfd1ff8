/* A server of one connection. It understands as much of HTTP as the reporter's requests need. */
#include "tests/unit/reporter/far_end.h"

#include "tests/unit/cm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_complete(const char *request)
{
	const char *length = strstr(request, "Content-Length: "), *body = strstr(request, "\r\n\r\n");

	if (!body)
		return false;
	return !length || strlen(body + 4) >= strtoul(length + strlen("Content-Length: "), NULL, 10);
}

static void on_request(void *user, uint32_t events)
{
	struct far_end *end = user;
	size_t room = sizeof(end->request) - 1 - end->request_len;
	ssize_t got = read(end->client, end->request + end->request_len, room);

	(void)events;
	if (got <= 0) {
		far_end_hang_up(end); /* the reporter gave up */
		return;
	}
	end->request_len += (size_t)got;
	end->request[end->request_len] = '\0';
	if (is_complete(end->request))
		end->asked(end->user);
}

static void on_client(void *user, uint32_t events)
{
	struct far_end *end = user;

	(void)events;
	assert_int_equal(end->client, -1);
	end->client = accept4(end->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(end->client >= 0);
	end->connections++;
	end->request_len = 0;
	end->reading = loop_watch(end->loop, end->client, EPOLLIN, on_request, end);
}

void far_end_open(struct far_end *end, struct loop *loop, void (*asked)(void *user), void *user)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	*end = (struct far_end){.loop = loop, .asked = asked, .user = user, .client = -1};
	end->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(end->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(end->listener, 8), 0);
	assert_int_equal(getsockname(end->listener, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(end->url, sizeof(end->url), "http://127.0.0.1:%d", ntohs(address.sin_port));
	end->listening = loop_watch(loop, end->listener, EPOLLIN, on_client, end);
}

void far_end_close(struct far_end *end)
{
	far_end_hang_up(end);
	watch_free(end->listening);
	close(end->listener);
}

void far_end_send(struct far_end *end, const char *text)
{
	assert_int_equal(write(end->client, text, strlen(text)), strlen(text));
}

void far_end_hang_up(struct far_end *end)
{
	if (end->client < 0)
		return;
	watch_free(end->reading);
	close(end->client);
	end->client = -1;
}

void far_end_answer(struct far_end *end, int status, const char *json)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status,
		       strlen(json), json);
	far_end_send(end, text);
	far_end_hang_up(end);
}
