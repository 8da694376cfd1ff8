/*
 * `p2pdash-reporter ctl`: a unix socket that the running reporter listens on, and the command that talks to
 * it. A question is one line of JSON, {"method":…,"params":…}. So is its answer: {"success":true,"result":…},
 * or
 * {"success":false,"error":…,"code":…}. Which methods there are says commands/methods.h.
 */
#ifndef REPORTER_CTL_CTL_H
#define REPORTER_CTL_CTL_H

#include "reporter/base/loop.h"
#include "reporter/report/scheduler.h"

/* --- the running reporter's side ---------------------------------------------------------------- */

struct ctl_server;

/*
 * Listens on `path`, which only its owner may use. `loop` and `scheduler` outlive the server. ERR_CONFLICT:
 * another reporter listens there; ERR_INVALID: a file that is no socket is in the way; ERR_SYSTEM. Each comes
 * with a sentence.
 */
enum err ctl_server_new(struct loop *loop, const char *path, struct scheduler *scheduler,
			struct ctl_server **out, struct reason *why) MUST_CHECK;
void ctl_server_free(struct ctl_server *server); /* removes the socket; NULL is nothing */

/* --- the command's side ------------------------------------------------------------------------- */

/* Whether `words` (ends with NULL) is a command; ERR_INVALID says what is wrong with it. */
enum err ctl_check(char *const *words, struct reason *why) MUST_CHECK;

/*
 * Asks the reporter behind `path` and prints its answer on standard output, or on standard error why there is
 * none. `words` have passed ctl_check. Returns the program's exit status.
 */
int ctl_run(const char *path, char *const *words);

#endif
