/*
 * One process of a pool: takes connections and answers their requests one after the other, until SIGTERM lets
 * it finish what it has in hand.
 */
#ifndef FCGI_POOL_PROCESS_H
#define FCGI_POOL_PROCESS_H

#include "fcgi/http/fastcgi.h"

#include <stddef.h>

struct process_options {
	int listen_fd;
	/*
	 * Connections held open at once. Only one is served at a time, so where serving can take long it must
	 * be 1: nothing else may wait behind it.
	 */
	size_t connections;
	void (*answer)(void *user, const struct request *request, struct response *response);
	void *user;
};

/* Returns when everything in hand is done. */
void process_run(const struct process_options *options);

#endif
