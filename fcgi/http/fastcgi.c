/*
 * Requests and responses over FastCGI, by libfcgi. What they mean is decided in route.c.
 *
 * libfcgi can accept connections by itself, but it takes one at a time and sleeps in it even while nothing
 * comes; pool/process.c tells why that does not do. So the loop there accepts, and fastcgi_open puts the
 * descriptor where libfcgi keeps one that it accepted. Since libfcgi has no listening socket (-1), it never
 * goes and gets another connection when this one ends, but fails, which is how fastcgi_read notices the end.
 */
#include "fcgi/http/fastcgi.h"

#include "common/limits.h"
#include "common/mem.h"

#include <assert.h>
#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENCE_S  10 /* nginx sends requests as a whole: if it stops in the middle, it has died */
#define CHUNK_SIZE 16384
#define NO_CONTENT 204

struct fastcgi_connection {
	FCGX_Request fcgx;
};

void fastcgi_init(void)
{
	int failed = FCGX_Init();

	assert(!failed);
}

struct fastcgi_connection *fastcgi_open(int fd)
{
	struct fastcgi_connection *connection = mem_alloc(1, sizeof(*connection));
	struct timeval silence = {.tv_sec = SILENCE_S};
	int failed = FCGX_InitRequest(&connection->fcgx, -1, FCGI_FAIL_ACCEPT_ON_INTR);

	assert(!failed);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
	connection->fcgx.ipcFd = fd;
	/* As if there had been a request before; the first one tells whether the connection stays open. */
	connection->fcgx.keepConnection = 1;
	return connection;
}

void fastcgi_free(struct fastcgi_connection *connection)
{
	if (!connection)
		return;
	FCGX_Free(&connection->fcgx, 1);
	free(connection);
}

int fastcgi_fd(const struct fastcgi_connection *connection)
{
	return connection->fcgx.ipcFd;
}

static const char *parameter(const struct fastcgi_connection *connection, const char *name)
{
	const char *value = FCGX_GetParam(name, connection->fcgx.envp);

	return value ? value : "";
}

bool fastcgi_read(struct fastcgi_connection *connection, struct request *request)
{
	char chunk[CHUNK_SIZE];
	int len;

	if (FCGX_Accept_r(&connection->fcgx) != 0)
		return false;
	*request = (struct request){
		.method = method_of(parameter(connection, "REQUEST_METHOD")),
		.uri = parameter(connection, "REQUEST_URI"),
		.content_type = parameter(connection, "CONTENT_TYPE"),
		.content_encoding = parameter(connection, "HTTP_CONTENT_ENCODING"),
		.address = parameter(connection, "REMOTE_ADDR"),
		.credentials = {.authorization = parameter(connection, "HTTP_AUTHORIZATION"),
				.cookie = parameter(connection, "HTTP_COOKIE"),
				.origin = parameter(connection, "HTTP_ORIGIN"),
				.host = parameter(connection, "HTTP_HOST"),
				.scheme = parameter(connection, "REQUEST_SCHEME")},
		.base_path = parameter(connection, "P2PDASH_BASE_PATH"),
		.metrics_allowed = strcmp(parameter(connection, "P2PDASH_METRICS_ALLOWED"), "1") == 0,
	};
	/* A body is read to its end even if it is too large, so that the connection can be used again. */
	while ((len = FCGX_GetStr(chunk, sizeof(chunk), connection->fcgx.in)) > 0) {
		if (request->body.len + (size_t)len > LIMIT_BODY)
			request->body_too_large = true;
		if (!request->body_too_large)
			buf_append(&request->body, chunk, (size_t)len);
	}
	if (request->body_too_large)
		buf_free(&request->body);
	return true;
}

bool fastcgi_answer(struct fastcgi_connection *connection, struct request *request, struct response *response)
{
	FCGX_Stream *out = connection->fcgx.out;
	struct buf head = {0};

	buf_printf(&head, "Status: %d %s\r\n", response->status, response_phrase(response->status));
	if (response->status != NO_CONTENT)
		buf_printf(&head, "Content-Type: %s\r\nContent-Length: %zu\r\n", response->content_type,
			   response->body.len);
	buf_text(&head, "Cache-Control: no-store\r\n");
	buf_append(&head, buf_string(&response->headers), response->headers.len);
	buf_text(&head, "\r\n");
	/* nginx notices a client that has gone; the next read tells whether nginx itself has. */
	(void)FCGX_PutStr(head.data, (int)head.len, out);
	(void)FCGX_PutStr(buf_string(&response->body), (int)response->body.len, out);
	FCGX_Finish_r(&connection->fcgx);
	buf_free(&head);
	buf_free(&request->body);
	buf_free(&response->headers);
	buf_free(&response->body);
	return connection->fcgx.ipcFd >= 0;
}
