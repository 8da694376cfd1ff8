/*
 * The shipper: sends the spool's batches to the coordinator, one at a time and in order, each until it is
 * taken. What gets into the spool, and when, is its owner's concern.
 */
#ifndef REPORTER_LOGS_SHIPPER_H
#define REPORTER_LOGS_SHIPPER_H

#include "reporter/base/loop.h"
#include "reporter/spool/spool.h"
#include "reporter/uplink/uplink.h"

#include <stdbool.h>
#include <stdint.h>

struct shipper;

struct shipper_config {
	const char *node_id;
	struct uplink *uplink;
	struct spool *spool;
	void (*on_room)(void *user); /* a batch is done: the spool has more room */
	void *user;
};

/* What `config` points to must outlive the shipper. It may not send yet. */
struct shipper *shipper_new(struct loop *loop, const struct shipper_config *config);

/* Cancels what is on its way, which stays in the spool; NULL is nothing. */
void shipper_free(struct shipper *shipper);

/* Whether it may send; at first it may not. A batch that is on its way goes on. */
void shipper_allow(struct shipper *shipper, bool allowed);

/* Sends the oldest batch, unless one is on its way, a failure makes it wait, or it may not. */
void shipper_send(struct shipper *shipper);

/* How many entries the coordinator has taken since the start. */
int64_t shipper_sent(const struct shipper *shipper);

#endif
