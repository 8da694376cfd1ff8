/* What uplink.c and uplink_stream.c share. */
#ifndef REPORTER_UPLINK_PRIVATE_H
#define REPORTER_UPLINK_PRIVATE_H

#include "reporter/base/http_client.h"
#include "reporter/uplink/uplink.h"

struct loop *uplink_loop(struct uplink *uplink);

/* Starts a request to `path` of the coordinator with the token and the configured authority filled in. */
struct http_exchange *uplink_start(struct uplink *uplink, const char *path, struct http_request *request);

/* What a Retry-After of so many seconds means for us, five minutes at most, whatever it says; -1: there is
 * none.
 */
int64_t uplink_retry_after_ms(int64_t seconds);

enum link_state { LINK_UNKNOWN, LINK_UP, LINK_AWAY, LINK_REFUSED };

/* How one way to the coordinator fares, so that only changes are logged: calls and the stream may differ. */
struct link {
	const char *what; /* "reports", "commands" */
	enum link_state state;
	int refusal; /* the status that was logged */
};

/* Takes note of how an exchange ended, and reads a refused token anew. */
enum uplink_outcome uplink_observe(struct uplink *uplink, struct link *link, int status, const char *error);

#endif
