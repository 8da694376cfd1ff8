/*
 * Turns: how many of the API's processes do something dear at once, all together and for one of a name. A
 * turn is a lock on a byte of a file that all of them were born with, so it ends with the process that has
 * it, however that ends, and Redis has nothing to write.
 */
#ifndef FCGI_HTTP_FILE_LOCK_H
#define FCGI_HTTP_FILE_LOCK_H

#include "common/err.h"

#include <stdint.h>

enum turn_kind { TURN_READ_LOGS, TURN_WAIT_TO_READ_LOGS, TURN_CHECK_PASSWORD };

/* A process has at most one turn of a kind at a time. */
struct turn {
	int64_t of_all, of_one; /* the bytes that are locked; -1: none */
};

struct turn_limits {
	int64_t of_all, of_one;
};

enum turn_refusal { TURN_TAKEN, TURN_NONE_OF_ONE, TURN_NONE_OF_ALL };

/* Makes the file; once, before the processes are. Its descriptor stands for the turns. */
enum err turns_open(int *turns, struct reason *why) MUST_CHECK;

/* Takes a turn in the name of somebody, if one is free at the moment. */
enum turn_refusal turns_try(int turns, enum turn_kind kind, const char *name,
			    const struct turn_limits *limits, struct turn *out) MUST_CHECK;

/* Waits until one of `limit` turns is free, and takes it. Nobody has one for longer than he computes. */
void turns_wait(int turns, enum turn_kind kind, int64_t limit, struct turn *out);

void turns_end(int turns, struct turn *turn); /* a turn that was not taken is nothing */

#endif
