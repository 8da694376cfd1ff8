/* The one writer of the audit, and what happens when the audit cannot be written. How it is stored is in
 * store/audit.c. */
#include "fcgi/model/audits.h"

#include "common/log.h"

void audits_write(struct store *store, const struct audit_entry *entry)
{
	if (audit_add(store, entry) == ERR_NONE)
		return;
	log_error("audit", "the audit misses user=%s action=%s node=%s target=%s result=%s", entry->user,
		  entry->action, entry->node ? entry->node : "-", entry->target ? entry->target : "-",
		  entry->result);
}

void audits_write_call(const struct call *call, const char *action, const char *node, const char *target)
{
	audits_write(call->context->store, &(struct audit_entry){
						   .user = call->session->subject,
						   .address = call->request->address,
						   .action = action,
						   .node = node,
						   .target = target,
						   .result = "succeeded",
					   });
}
