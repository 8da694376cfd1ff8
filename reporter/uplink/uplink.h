/*
 * The way to the coordinator: authenticated calls, and the one long GET that commands come by. It knows the
 * address, the token and what a status means for trying again. What is sent and answered, and when it is
 * tried again, is the callers' concern.
 */
#ifndef REPORTER_UPLINK_UPLINK_H
#define REPORTER_UPLINK_UPLINK_H

#include "common/buf.h"
#include "common/json.h"
#include "reporter/base/loop.h"
#include "reporter/config/config.h"

#include <stdint.h>

struct uplink;
struct uplink_call; /* one POST on its way */

enum uplink_outcome {
	UPLINK_TAKEN,	/* 2xx */
	UPLINK_AWAY,	/* no answer, 429 or 5xx: the same may work later */
	UPLINK_REFUSED, /* any other status: it works later only if somebody mends something */
};

/* Another reporter speaks for our node: the contract's 409 to a report. */
#define UPLINK_NODE_TAKEN 409

struct uplink_answer {
	enum uplink_outcome outcome;
	int status;		 /* 0: none */
	const struct json *json; /* the answer's object; NULL if it is none */
	const char *error;	 /* one sentence that says why it was not taken; of no use if it was */
	int64_t retry_after_ms; /* how long the coordinator asks us to wait, five minutes at most; -1: it does
				   not */
};

/* The call has ended and its handle is gone. The answer and what it points to are valid during the callback.
 */
typedef void (*uplink_done_fn)(void *user, const struct uplink_answer *answer);

/* Reads the token's file, which is read again whenever the token is refused. `config` outlives the uplink.
 * Fails as credential_read does. */
enum err uplink_new(struct loop *loop, const struct config_reporter *config, struct uplink **out,
		    struct reason *why) MUST_CHECK;
void uplink_free(struct uplink *uplink); /* its calls and streams must have ended; NULL is nothing */

/*
 * POSTs *body, which is taken over (empty afterwards), to `path`, compressed if that pays. `done` is called
 * exactly once, from the loop, after 30 seconds at the latest, unless the call is cancelled. The handle is
 * the uplink's.
 */
struct uplink_call *uplink_post(struct uplink *uplink, const char *path, struct buf *body,
				uplink_done_fn done, void *user);

/* `done` is not called any more; what was sent may have arrived all the same. NULL is nothing. */
void uplink_cancel(struct uplink_call *call);

/* --- beats -------------------------------------------------------------------------------------- */

#define UPLINK_SILENCE_MS 15000 /* of a daemon, at most: the coordinator's patience is twice that */

/* From now on an empty call (POST /api/reporter/beat) is sent whenever nothing else was posted for so long.
 */
void uplink_begin_beats(struct uplink *uplink, int64_t silence_ms);
void uplink_end_beats(struct uplink *uplink); /* if there were none, nothing */

/* --- commands ----------------------------------------------------------------------------------- */

struct uplink_stream;

/* A command's JSON as it came, ended by a NUL that `len` does not count; valid during the call. */
typedef void (*uplink_command_fn)(void *user, const char *json, size_t len);

/* Opens the stream of commands and keeps it open, with back-off while it cannot be, until it is freed. A
 * command may come twice, so the receiver must know those it has had. */
struct uplink_stream *uplink_stream_open(struct uplink *uplink, uplink_command_fn command, void *user);
void uplink_stream_free(struct uplink_stream *stream); /* NULL is nothing */

#endif
