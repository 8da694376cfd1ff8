/*
 * Child processes on the loop. An argv is run without a shell, as the leader of a process group of its own,
 * with default signal handling and nothing of the reporter's but its environment. The end of its output is
 * kept. When its time is up it is killed, with its group.
 *
 * The end of a child is its own exit, not that of its output: a program may start a daemon, leave it our pipe
 * and end. The daemon is not waited for, and can write on, also after the reporter's end (drain.h).
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
	/* The end (about 2 KiB) of what it wrote to standard error, or to standard output if it wrote nothing
	 * to standard error. Any bytes; valid during the callback only. */
	const char *output;
	size_t output_len;
};

/* Called from the loop, once, unless the child is cancelled; the handle is gone then. */
typedef void (*child_end_fn)(void *user, const struct child_end *end);

struct children *children_new(struct loop *loop);
void children_free(struct children *children); /* cancels all of them; NULL is nothing */

/*
 * `argv` ends with NULL and is not needed afterwards; argv[0] is looked for in PATH, and its last component
 * is the name under which the journal shows what a daemon writes that is left behind. Never fails: see
 * child_end.error.
 */
struct child *child_start(struct children *children, char *const argv[], int64_t timeout_ms,
			  child_end_fn done, void *user);
void child_cancel(struct child *child); /* kills it with its group; NULL is nothing */

#endif
