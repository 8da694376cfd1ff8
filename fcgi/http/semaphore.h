/*
 * Semaphores among the processes of one API: how many of them do something dear at the same time, in all and
 * for one user. What is dear keeps a processor or a process of the pool for long: searching the log, hashing
 * a password.
 *
 * A slot is a lock on a byte of a file in memory that all processes were born with. So it ends with the
 * process that has it, however that process ends, and taking one costs two system calls and no round trip to
 * Redis, which may be away or full. What has to be counted over several hosts cannot be counted here; see
 * fcgi/store/wait_lease.h.
 */
#ifndef FCGI_HTTP_SEMAPHORE_H
#define FCGI_HTTP_SEMAPHORE_H

#include "common/err.h"

#include <stdint.h>

/* What is guarded. A process has at most one slot of a kind at a time. */
enum semaphore_kind { SEMAPHORE_SEARCH, SEMAPHORE_WAIT_TO_SEARCH, SEMAPHORE_PASSWORD };

struct semaphore_limits {
	int64_t in_all, per_user; /* slots; at least 1 */
};

struct semaphore_slot {
	int64_t of_all, of_user; /* the bytes that are locked; -1: none */
};

enum semaphore_answer { SEMAPHORE_TAKEN, SEMAPHORE_USER_FULL, SEMAPHORE_ALL_FULL };

/*
 * Makes the file that all semaphores are in; once, before the processes are forked. *fd is closed by exec.
 * ERR_SYSTEM with a sentence.
 */
enum err semaphores_open(int *fd, struct reason *why) MUST_CHECK;

/*
 * Takes a slot for the user if one is free at the moment; *out is set only then. Else it says which limit is
 * reached; where both are, the user's.
 */
enum semaphore_answer semaphore_try(int fd, enum semaphore_kind kind, const char *user,
				    const struct semaphore_limits *limits,
				    struct semaphore_slot *out) MUST_CHECK;

/*
 * Waits until one of `limit` slots is free, for whomever, and takes it. It waits without an end, so a kind
 * that is waited for must be held only while its process computes.
 */
void semaphore_wait(int fd, enum semaphore_kind kind, int64_t limit, struct semaphore_slot *out);

/* Gives the slot back; a slot that was not taken is nothing. */
void semaphore_release(int fd, struct semaphore_slot *slot);

#endif
