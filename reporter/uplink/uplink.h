/*
 * The way to the coordinator: authenticated calls, and the long GET that commands come by. It knows
 * addresses, the token and what a status means for trying again; what is sent and answered is its callers'
 * concern.
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
	UPLINK_REFUSED, /* any other status: later too only if somebody mends something */
};

/* Another reporter speaks for our node: the contract's 409 to a report. */
#define UPLINK_NODE_TAKEN 409

struct uplink_answer {
	enum uplink_outcome outcome;
	int status;		 /* 0: none */
	const struct json *json; /* the answer's object; NULL if it is none. Valid during the callback */
	const char *error;	 /* one sentence unless taken */
	int64_t retry_after_ms;	 /* what the coordinator asked for, within bounds; -1: nothing */
};

typedef void (*uplink_done_fn)(void *user, const struct uplink_answer *answer);

/* `config` outlives the uplink; the token's file is read here, and again whenever it is refused. */
enum err uplink_new(struct loop *loop, const struct config_reporter *config, struct uplink **out,
		    struct reason *why) MUST_CHECK;
void uplink_free(struct uplink *uplink); /* its calls and streams must have ended or been cancelled */

/* Sends *body, which is taken over (empty afterwards), to `path`, compressed if that pays. */
struct uplink_call *uplink_post(struct uplink *uplink, const char *path, struct buf *body,
				uplink_done_fn done, void *user);
void uplink_cancel(struct uplink_call *call); /* NULL is nothing */

/* --- commands ----------------------------------------------------------------------------------- */

struct uplink_stream;

typedef void (*uplink_command_fn)(void *user, const char *json, size_t len);

/* Keeps the stream of commands open, reconnecting with back-off, until it is freed. */
struct uplink_stream *uplink_stream_open(struct uplink *uplink, uplink_command_fn command, void *user);
void uplink_stream_free(struct uplink_stream *stream);

#endif
