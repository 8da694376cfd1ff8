/* What uplink.c and uplink_stream.c share. */
#ifndef REPORTER_UPLINK_PRIVATE_H
#define REPORTER_UPLINK_PRIVATE_H

#include "reporter/http.h"
#include "reporter/uplink.h"

struct loop *uplink_loop(struct uplink *uplink);

/* Starts a request to `path` of the coordinator with the token and the configured authority filled in. */
struct http_exchange *uplink_start(struct uplink *uplink, const char *path, struct http_request *request);

/* Tells how an exchange ended, so that a change of the connection's state is logged, and a refused token read
 * anew. */
enum uplink_outcome uplink_observe(struct uplink *uplink, int status, const char *error);

#endif
