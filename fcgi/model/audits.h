/*
 * Writing down what somebody did, for REST, RPC and commands alike.
 *
 * An action is written to the audit after it was done, so a failed write undoes nothing. To answer it with an
 * error would make a caller repeat what has happened already: the caller is told what was done, and the
 * program's log says what the audit misses.
 */
#ifndef FCGI_MODEL_AUDITS_H
#define FCGI_MODEL_AUDITS_H

#include "fcgi/http/route.h"
#include "fcgi/store/audit.h"

/* Writes the entry with the time of now. */
void audits_write(struct store *store, const struct audit_entry *entry);

/* Writes that the call has done its action. `node` and `target` may be NULL. */
void audits_write_call(const struct call *call, const char *action, const char *node, const char *target);

#endif
