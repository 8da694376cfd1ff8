/*
 * One process of a pool: it takes connections and answers their requests one after the other, until SIGTERM
 * lets it finish the requests in hand.
 */
#ifndef FCGI_POOL_PROCESS_H
#define FCGI_POOL_PROCESS_H

#include "fcgi/http/request.h"

#include <stddef.h>

struct process_options {
	int listen_fd; /* non-blocking, shared with the other processes of the pool */
	/*
	 * Connections held open at once. Only one is served at a time, so where serving can take long it must
	 * be 1: nothing else may wait behind it.
	 */
	size_t connections;
	/* Fills the response, whose status is 200 and type JSON to begin with. */
	void (*answer)(void *user, const struct request *request, struct response *response);
	void *user;
};

/* Serves until SIGTERM, and returns when everything in hand is done. Once in the life of a process. */
void process_run(const struct process_options *options);

#endif
