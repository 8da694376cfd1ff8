/* Writing down what somebody did by a call that succeeded. */
#ifndef FCGI_AUDITS_H
#define FCGI_AUDITS_H

#include "fcgi/route.h"

/* `node` and `target` may be NULL. */
enum err audits_note(const struct call *call, const char *action, const char *node,
		     const char *target) MUST_CHECK;

#endif
