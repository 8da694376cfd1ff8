/* Requests and responses over FastCGI. What they mean is decided in route.c. */
#include "fcgi/http/fastcgi.h"

#include "common/limits.h"
#include "common/mem.h"

#include <assert.h>
#include <fcgiapp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENCE_S  10
#define CHUNK_SIZE 16384
#define NO_CONTENT 204

struct fastcgi {
	FCGX_Request fcgx;
};

static const char *const METHODS[] = {
	[METHOD_GET] = "GET",	  [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE", [METHOD_OTHER] = "",
};

const char *method_name(enum method method)
{
	return METHODS[method];
}

static enum method method_of(const char *name)
{
	if (strcmp(name, "HEAD") == 0)
		return METHOD_GET;
	for (size_t i = 0; i < METHOD_OTHER; i++)
		if (strcmp(name, METHODS[i]) == 0)
			return (enum method)i;
	return METHOD_OTHER;
}

void response_header(struct response *response, const char *name, const char *format, ...)
{
	va_list args;

	buf_printf(&response->headers, "%s: ", name);
	va_start(args, format);
	buf_vprintf(&response->headers, format, args);
	va_end(args);
	buf_text(&response->headers, "\r\n");
}

void fastcgi_init(void)
{
	int failed = FCGX_Init();

	assert(!failed);
}

/*
 * libfcgi accepts connections by itself, one at a time, and sleeps in the one it has even while nothing
 * comes. So the accepting is done by the worker's loop, which puts the descriptor where libfcgi keeps the one
 * it accepted; with no listening socket of its own it never goes and gets another.
 */
struct fastcgi *fastcgi_open(int fd)
{
	struct fastcgi *connection = mem_alloc(1, sizeof(*connection));
	struct timeval silence = {.tv_sec = SILENCE_S};
	int failed = FCGX_InitRequest(&connection->fcgx, -1, FCGI_FAIL_ACCEPT_ON_INTR);

	assert(!failed);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
	connection->fcgx.ipcFd = fd;
	/* As if there had been a request before; the first one tells whether it stays open. */
	connection->fcgx.keepConnection = 1;
	return connection;
}

void fastcgi_free(struct fastcgi *connection)
{
	if (!connection)
		return;
	FCGX_Free(&connection->fcgx, 1);
	free(connection);
}

int fastcgi_fd(const struct fastcgi *connection)
{
	return connection->fcgx.ipcFd;
}

static const char *parameter(struct fastcgi *connection, const char *name)
{
	const char *value = FCGX_GetParam(name, connection->fcgx.envp);

	return value ? value : "";
}

/* All of it is read in any case, so that the connection can be used again. */
static void read_body(struct fastcgi *connection, struct request *request)
{
	char chunk[CHUNK_SIZE];
	int len;

	while ((len = FCGX_GetStr(chunk, sizeof(chunk), connection->fcgx.in)) > 0) {
		if (request->body.len + (size_t)len > LIMIT_BODY)
			request->body_too_large = true;
		if (!request->body_too_large)
			buf_append(&request->body, chunk, (size_t)len);
	}
	if (request->body_too_large)
		buf_free(&request->body);
}

bool fastcgi_read(struct fastcgi *connection, struct request *request)
{
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
		.metrics_allowed = strcmp(parameter(connection, "P2PDASH_METRICS_ALLOWED"), "1") == 0,
	};
	read_body(connection, request);
	return true;
}

/* RFC 9110, of what the API answers with (common/err.c). */
static const char *reason_phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} PHRASES[] = {
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{409, "Conflict"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{422, "Unprocessable Content"},
		{429, "Too Many Requests"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
	};

	for (size_t i = 0; i < sizeof(PHRASES) / sizeof(*PHRASES); i++)
		if (PHRASES[i].status == status)
			return PHRASES[i].phrase;
	return "Internal Server Error";
}

bool fastcgi_answer(struct fastcgi *connection, struct request *request, struct response *response)
{
	FCGX_Stream *out = connection->fcgx.out;
	struct buf head = {0};

	buf_printf(&head, "Status: %d %s\r\n", response->status, reason_phrase(response->status));
	if (response->status != NO_CONTENT)
		buf_printf(&head, "Content-Type: %s\r\nContent-Length: %zu\r\n", response->content_type,
			   response->body.len);
	buf_text(&head, "Cache-Control: no-store\r\n");
	buf_append(&head, buf_string(&response->headers), response->headers.len);
	buf_text(&head, "\r\n");
	/* A client that has gone is nginx' to notice; the next read tells whether nginx itself has. */
	(void)FCGX_PutStr(head.data, (int)head.len, out);
	(void)FCGX_PutStr(buf_string(&response->body), (int)response->body.len, out);
	FCGX_Finish_r(&connection->fcgx);
	buf_free(&head);
	buf_free(&request->body);
	buf_free(&response->headers);
	buf_free(&response->body);
	return connection->fcgx.ipcFd >= 0;
}
