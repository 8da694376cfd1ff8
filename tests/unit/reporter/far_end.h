/* The coordinator's end of a connection, on the reporter's own loop: it answers when and what the test wants.
 */
#ifndef TESTS_UNIT_REPORTER_FAR_END_H
#define TESTS_UNIT_REPORTER_FAR_END_H

#include "reporter/base/loop.h"

#include <stddef.h>

struct far_end {
	struct loop *loop;
	void (*asked)(void *user); /* a request is complete */
	void *user;
	char url[64];
	int connections;      /* how many there were */
	int listener, client; /* client -1: no request is open */
	struct watch *listening, *reading;
	char request[4096]; /* head and body of the last one */
	size_t request_len;
};

/* Listens on a port of its own, and takes one connection at a time: a second one fails the test. */
void far_end_open(struct far_end *end, struct loop *loop, void (*asked)(void *user), void *user);
void far_end_close(struct far_end *end);

/* Sends a piece of the answer to the open request. */
void far_end_send(struct far_end *end, const char *text);
void far_end_hang_up(struct far_end *end);

/* Sends a whole answer with a JSON body, and hangs up. */
void far_end_answer(struct far_end *end, int status, const char *json);

#endif
