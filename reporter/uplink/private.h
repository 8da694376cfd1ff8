/* What uplink.c, stream.c and beat.c share: how a request is made, and what an answer says of the way to the
 * coordinator. */
#ifndef REPORTER_UPLINK_PRIVATE_H
#define REPORTER_UPLINK_PRIVATE_H

#include "reporter/base/http_client.h"
#include "reporter/uplink/uplink.h"

/* Starts a request to `path` of the coordinator, for which it fills in the URL, the token and the configured
 * authority in *request. */
struct http_exchange *uplink_start(struct uplink *uplink, const char *path, struct http_request *request);

/* How long to wait for a Retry-After of so many seconds: as it says, but five minutes at most, or a mistyped
 * header would silence a worker for days. -1 (there is none) is -1. */
int64_t uplink_retry_after_ms(int64_t seconds);

enum reach {
	REACH_UNKNOWN, /* nothing was answered yet */
	REACH_UP,
	REACH_AWAY,    /* no answer, or one that says to come again */
	REACH_REFUSED, /* we are not let in: the token, or another reporter has our node */
};

/* How one of the two ways to the coordinator fares. Calls and the stream end in different programs there, so
 * one can work while the other does not. Only changes are logged. */
struct reachability {
	const char *what; /* "reports", "commands" */
	enum reach state;
	int refusal; /* REACH_REFUSED: the status that was logged; else 0 */
};

/* The beats between other calls (beat.c). */
struct beat {
	struct timer *timer; /* NULL: there are none */
	int64_t silence_ms;
	struct uplink_call *call; /* NULL: none is on its way */
};

struct uplink {
	struct loop *loop;
	const struct config_reporter *config;
	struct buf token;
	struct reachability calls;
	struct beat beat;
};

/* Something is being posted, so the next beat is due that much later. */
void beat_postpone(struct uplink *uplink);

/*
 * Takes note of how an exchange ended and says what that means for its sender. `status` 0 is no answer;
 * `error` says why it is not 2xx, and is logged if the way fares otherwise than before. After a 401 the token
 * is read anew, because it may have been replaced meanwhile.
 */
enum uplink_outcome uplink_observe(struct uplink *uplink, struct reachability *reachability, int status,
				   const char *error);

#endif
