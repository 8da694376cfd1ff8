/* What several handlers read from a request's body, or write into a response's, in the same way. */
#ifndef FCGI_API_BODY_H
#define FCGI_API_BODY_H

#include "fcgi/http/route.h"

/*
 * Reads which node a request to clear something means: `node_id`, or NULL for all nodes if the body has no
 * such member. Any other member is ERR_INVALID, because a mistyped `node_id` would clear everything. The text
 * lives as long as the body.
 */
enum err body_read_node(const struct call *call, const char **node) MUST_CHECK;

/* Writes {"success":true}, the answer of a call that has nothing to tell but that it was done. */
void body_write_success(struct call *call);

#endif
