/*
 * FastCGI to requests and back; the one home of libfcgi. nginx passes only the parameters that are read here
 * (nginx/snippets/fastcgi.conf), because each one costs time with every request.
 */
#ifndef FCGI_HTTP_FASTCGI_H
#define FCGI_HTTP_FASTCGI_H

#include "fcgi/http/request.h"

#include <stdbool.h>

/*
 * A connection from nginx. It may stay open between requests and then keeps no process busy: the loop that
 * holds it (pool/process.c) waits until its descriptor is readable.
 */
struct fastcgi_connection;

/* Prepares libfcgi; once in each process, before the first connection. */
void fastcgi_init(void);

/* Takes the descriptor over; the caller frees the connection, which closes it. */
struct fastcgi_connection *fastcgi_open(int fd);
void fastcgi_free(struct fastcgi_connection *connection); /* NULL is nothing */

/* The descriptor, to wait on. -1 once the other side has ended the connection. */
int fastcgi_fd(const struct fastcgi_connection *connection);

/*
 * Reads the next request and blocks until all of it has come, for at most ten seconds of silence. False if
 * the other side has ended the connection, which is then to be freed. After true, fastcgi_answer must follow.
 */
bool fastcgi_read(struct fastcgi_connection *connection, struct request *request) MUST_CHECK;

/*
 * Sends the answer and frees what request and response hold. Returns whether the connection stays open for
 * another request; if not, it is to be freed.
 */
bool fastcgi_answer(struct fastcgi_connection *connection, struct request *request,
		    struct response *response) MUST_CHECK;

#endif
