/*
 * Child processes on the loop: an argv is run without a shell, as leader of its own process group, with
 * nothing of the reporter's but the environment; its output's end is kept, and it is killed with its group
 * when its time is up.
 *
 * A program that starts a daemon may leave it our end of its output. What such a daemon writes is read and
 * dropped for as long as it writes, since a closed pipe would kill it; a process that is left behind goes on
 * with that when the reporter ends (drain.h).
 */
#ifndef REPORTER_BASE_CHILD_H
#define REPORTER_BASE_CHILD_H

#include "reporter/base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct children; /* all children of one owner */
struct child;	 /* one that runs */

struct child_end {
	int error;	/* errno if it could not be started, else 0 */
	bool timed_out; /* it was killed because its time was up */
	int status;	/* exit status, -1 if a signal ended it */
	int signal;	/* that signal, else 0 */
	/* The end of what it wrote to standard error, or to standard output if the former is empty. */
	const char *output;
	size_t output_len;
};

/* Called from the loop, once, unless the child is cancelled; the handle is gone then. */
typedef void (*child_end_fn)(void *user, const struct child_end *end);

struct children *children_new(struct loop *loop);
void children_free(struct children *children); /* cancels all of them; NULL is nothing */

/* `argv` ends with NULL; argv[0] is looked for in PATH. Never fails: see child_end.error. */
struct child *child_start(struct children *children, char *const argv[], int64_t timeout_ms,
			  child_end_fn done, void *user);
void child_cancel(struct child *child); /* kills it with its group; NULL is nothing */

#endif
