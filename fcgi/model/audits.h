/* Writing down what somebody did by a call that succeeded. */
#ifndef FCGI_MODEL_AUDITS_H
#define FCGI_MODEL_AUDITS_H

#include "fcgi/http/route.h"

/* `node` and `target` may be NULL. */
enum err audits_note(const struct call *call, const char *action, const char *node,
		     const char *target) MUST_CHECK;

#endif
