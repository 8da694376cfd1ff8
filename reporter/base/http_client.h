/*
 * HTTP requests on the loop, and libcurl's only home. Connections are kept and reused; TLS is checked against
 * the system's authorities or the given file. Shared by the uplink (coordinator) and the docker driver (the
 * engine's API on a unix socket), which alone know what they ask and what an answer means.
 */
#ifndef REPORTER_BASE_HTTP_CLIENT_H
#define REPORTER_BASE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_client;
struct http_exchange; /* one request and its answer, on their way */

struct http_answer {
	int status;	   /* 0: there was no answer, or only a part of one; `error` says why */
	const char *error; /* a sentence, valid during the callback; NULL if there is a status */
	const char *body;  /* "" if it was streamed; valid during the callback */
	size_t body_len;
	int64_t retry_after_s; /* of the Retry-After header, in seconds from now; -1: none, or 0 */
};

/* A piece of a streamed body. Returning false ends the exchange as if its connection was lost. */
typedef bool (*http_data_fn)(void *user, const char *data, size_t len);

/* Called exactly once, unless the exchange was cancelled. Its handle is gone already. */
typedef void (*http_done_fn)(void *user, const struct http_answer *answer);

/* Texts are copied. The body is not: the caller keeps it unchanged until `done` or http_client_cancel. */
struct http_request {
	const char *method;	      /* "GET", "POST", … */
	const char *url;	      /* with a unix socket: http://localhost/path */
	const char *unix_path;	      /* connect here instead; NULL: the URL's host */
	const char *ca_file;	      /* trust this authority (PEM); NULL: the system's */
	const char *bearer;	      /* sent as Authorization; NULL: none */
	const char *accept;	      /* NULL: application/json */
	const char *content_type;     /* of the body; NULL: application/json */
	const char *content_encoding; /* NULL: none */
	const char *body;	      /* NULL: none */
	size_t body_len;
	int64_t timeout_ms; /* for the whole exchange; 0: none (streams), connecting takes 10 s at most */
	size_t answer_max;  /* a longer gathered body fails; 0: 1 MiB */
	http_data_fn data;  /* streams a 200 answer's body; NULL: it is gathered */
	http_done_fn done;
	void *user;
};

/* Starts an exchange. It never fails at once: whatever goes wrong arrives in `done`, from the loop. The
 * handle is the client's, and good until `done` or http_client_cancel. */
struct http_exchange *http_client_start(struct http_client *http, const struct http_request *request);

/* Gives the exchange up; neither `data` nor `done` is called any more. NULL is nothing. */
void http_client_cancel(struct http_exchange *exchange);

/* --- for the loop ------------------------------------------------------------------------------- */

struct http_client *http_client_new(void);
void http_client_free(struct http_client *http); /* cancels what is on its way; NULL is nothing */

/*
 * Sleeps until `fd` is readable, a transfer wants something, or `sleep_max_ms` are over; then moves the
 * transfers on, and calls `data` and `done`.
 */
void http_client_turn(struct http_client *http, int fd, int64_t sleep_max_ms);

#endif
