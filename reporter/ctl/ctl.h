/*
 * `p2pdash-reporter ctl`: a Unix socket that the running reporter listens on, and the command that talks to
 * it. A question is one line of JSON, {"method":…,"params":…}; so is its answer, {"success":true,"result":…}
 * or
 * {"success":false,"error":…,"code":…}.
 */
#ifndef REPORTER_CTL_CTL_H
#define REPORTER_CTL_CTL_H

#include "reporter/base/loop.h"
#include "reporter/report/scheduler.h"

/* --- the running reporter's side ---------------------------------------------------------------- */

struct ctl_server;

/* Listens on `path`, which only its owner may use. ERR_SYSTEM, or ERR_CONFLICT if another one answers there.
 */
enum err ctl_server_new(struct loop *loop, const char *path, struct scheduler *reporter,
			struct ctl_server **out, struct reason *why) MUST_CHECK;
void ctl_server_free(struct ctl_server *server); /* removes the socket */

/* --- the command's side ------------------------------------------------------------------------- */

/* Whether `words` (ends with NULL) is a command; ERR_INVALID says what is wrong with it. */
enum err ctl_check(char *const *words, struct reason *why) MUST_CHECK;

/* Asks the reporter behind `path` and prints what it answers. Returns the exit status. */
int ctl_run(const char *path, char *const *words);

#endif
