/* From a call to a line of the audit. */
#include "fcgi/model/audits.h"

#include "fcgi/store/audit.h"

enum err audits_note(const struct call *call, const char *action, const char *node, const char *target)
{
	return audit_add(call->context->store, &(struct audit_entry){
						       .user = call->session->subject,
						       .address = call->request->address,
						       .action = action,
						       .node = node,
						       .target = target,
						       .result = "succeeded",
					       });
}
