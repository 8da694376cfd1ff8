/*
 * HTTP exchanges by libcurl's multi interface. It owns the transfers and their connections, and knows neither
 * the coordinator nor the Docker engine.
 *
 * libcurl forbids to add or remove transfers from its own callbacks, and on_body is one: a caller that gets a
 * piece of a stream may well start a request or cancel this one. So while libcurl runs (`performing`), a new
 * exchange waits in the list, and a cancelled one is only marked; http_client_turn does both afterwards.
 * `done` is never called from within libcurl, so anything is allowed there.
 */
#include "reporter/base/http_client.h"

#include "common/buf.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/version.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_TIMEOUT_MS = 10000, ANSWER_MAX = 1024 * 1024, KEEPALIVE_S = 30 };

enum exchange_state {
	EXCHANGE_WAITING,   /* libcurl does not have it yet */
	EXCHANGE_RUNNING,   /* libcurl has it */
	EXCHANGE_CANCELLED, /* libcurl still has it, nobody waits for it */
};

struct http_exchange {
	struct http_client *http;
	struct http_exchange *next;
	enum exchange_state state;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	size_t answer_max;
	const char *refused; /* why on_body ended it; NULL: it did not */
	http_data_fn data;
	http_done_fn done;
	void *user;
	char error[CURL_ERROR_SIZE];
};

struct http_client {
	CURLM *multi;
	struct http_exchange *exchanges;
	bool performing;
};

struct http_client *http_client_new(void)
{
	struct http_client *http = mem_alloc(1, sizeof(*http));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->multi = curl_multi_init();
	assert(http->multi);
	return http;
}

static void exchange_free(struct http_exchange *exchange)
{
	struct http_exchange **link = &exchange->http->exchanges;

	while (*link != exchange)
		link = &(*link)->next;
	*link = exchange->next;
	if (exchange->state != EXCHANGE_WAITING)
		curl_multi_remove_handle(exchange->http->multi, exchange->easy);
	curl_easy_cleanup(exchange->easy);
	curl_slist_free_all(exchange->headers);
	buf_free(&exchange->body);
	free(exchange);
}

void http_client_free(struct http_client *http)
{
	if (!http)
		return;
	while (http->exchanges)
		exchange_free(http->exchanges);
	curl_multi_cleanup(http->multi);
	curl_global_cleanup();
	free(http);
}

/* A piece of the body. Only a 200 is streamed. The body of any other status is a sentence that says what is
 * wrong, and is gathered. */
static size_t on_body(char *data, size_t size, size_t count, void *user)
{
	struct http_exchange *exchange = user;
	size_t len = size * count;
	long status = 0;

	if (exchange->state == EXCHANGE_CANCELLED)
		return CURL_WRITEFUNC_ERROR;
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	if (exchange->data && status == 200)
		return exchange->data(exchange->user, data, len) ? len : CURL_WRITEFUNC_ERROR;
	if (len > exchange->answer_max - exchange->body.len) {
		exchange->refused = "the answer is too long";
		return CURL_WRITEFUNC_ERROR;
	}
	buf_append(&exchange->body, data, len);
	return len;
}

static void add_header(struct http_exchange *exchange, const char *name, const char *value)
{
	struct buf line = {0};

	buf_printf(&line, "%s: %s", name, value);
	exchange->headers = curl_slist_append(exchange->headers, line.data);
	assert(exchange->headers);
	buf_free(&line);
}

static void set_headers(struct http_exchange *exchange, const struct http_request *request)
{
	static const char json[] = "application/json";

	add_header(exchange, "Accept", request->accept ? request->accept : json);
	if (request->body) {
		add_header(exchange, "Content-Type", request->content_type ? request->content_type : json);
		/* For a long body libcurl would ask first whether it is welcome (Expect: 100-continue), and
		 * lose a round trip. Ours are small; an empty value takes the header away. */
		add_header(exchange, "Expect", "");
	}
	if (request->content_encoding)
		add_header(exchange, "Content-Encoding", request->content_encoding);
	if (request->bearer) {
		struct buf value = {0};

		buf_printf(&value, "Bearer %s", request->bearer);
		add_header(exchange, "Authorization", value.data);
		buf_free(&value);
	}
}

static void set_options(struct http_exchange *exchange, const struct http_request *request)
{
	CURL *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	/* libcurl speaks two dozen protocols; no URL and no redirection may reach the others. */
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A stream may be silent for a long time, and routers must not forget its connection meanwhile. */
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_S);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "p2pdash-reporter/" P2PDASH_VERSION);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers);
	if (request->unix_path)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->unix_path);
	if (request->ca_file) { /* it replaces the system's authorities */
		curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (request->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
	}
	/* After POSTFIELDS, which would set the method to POST. */
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

struct http_exchange *http_client_start(struct http_client *http, const struct http_request *request)
{
	struct http_exchange *exchange = mem_alloc(1, sizeof(*exchange));

	*exchange =
		(struct http_exchange){.http = http,
				       .next = http->exchanges,
				       .state = EXCHANGE_WAITING,
				       .easy = curl_easy_init(),
				       .answer_max = request->answer_max ? request->answer_max : ANSWER_MAX,
				       .data = request->data,
				       .done = request->done,
				       .user = request->user};
	assert(exchange->easy);
	http->exchanges = exchange;
	set_headers(exchange, request);
	set_options(exchange, request);
	if (!http->performing) {
		exchange->state = EXCHANGE_RUNNING;
		curl_multi_add_handle(http->multi, exchange->easy);
	}
	return exchange;
}

void http_client_cancel(struct http_exchange *exchange)
{
	if (!exchange)
		return;
	if (!exchange->http->performing || exchange->state == EXCHANGE_WAITING)
		exchange_free(exchange);
	else
		exchange->state = EXCHANGE_CANCELLED;
}

/* Frees the exchange before it calls `done`, so that the callback may start the next one or end the program.
 */
static void exchange_finish(struct http_exchange *exchange, CURLcode code)
{
	struct http_answer answer = {.retry_after_s = -1};
	http_done_fn done = exchange->done;
	void *user = exchange->user;
	struct buf body = exchange->body;
	char error[CURL_ERROR_SIZE];
	long status = 0;
	curl_off_t retry_after = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(exchange->easy, CURLINFO_RETRY_AFTER, &retry_after);
	} else {
		const char *why = exchange->refused    ? exchange->refused
				  : exchange->error[0] ? exchange->error
						       : curl_easy_strerror(code);

		snprintf(error, sizeof(error), "%s", why);
		answer.error = error;
	}
	answer.status = (int)status;
	if (retry_after > 0)
		answer.retry_after_s = retry_after;
	exchange->body = (struct buf){0};
	exchange_free(exchange);

	answer.body = buf_string(&body);
	answer.body_len = body.len;
	done(user, &answer);
	buf_free(&body);
}

void http_client_turn(struct http_client *http, int fd, int64_t sleep_max_ms)
{
	struct curl_waitfd extra = {.fd = fd, .events = CURL_WAIT_POLLIN};
	struct http_exchange *next;
	const CURLMsg *message;
	int running, queued;

	curl_multi_poll(http->multi, &extra, 1, (int)sleep_max_ms, NULL);
	http->performing = true;
	curl_multi_perform(http->multi, &running);
	http->performing = false;
	/* Now new exchanges can be given to libcurl, and cancelled ones can be taken away from it. */
	for (struct http_exchange *exchange = http->exchanges; exchange; exchange = next) {
		next = exchange->next;
		if (exchange->state == EXCHANGE_CANCELLED) {
			exchange_free(exchange);
		} else if (exchange->state == EXCHANGE_WAITING) {
			exchange->state = EXCHANGE_RUNNING;
			curl_multi_add_handle(http->multi, exchange->easy);
		}
	}
	for (message = curl_multi_info_read(http->multi, &queued); message;
	     message = curl_multi_info_read(http->multi, &queued)) {
		struct http_exchange *exchange;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
		exchange_finish(exchange, message->data.result);
	}
}
