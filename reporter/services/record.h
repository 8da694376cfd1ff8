/*
 * What is shown of a service, made of what its driver tells over time: since when it has its status, how it
 * failed last, and whether it dies again and again. It knows no driver and no clock.
 */
#ifndef REPORTER_SERVICES_RECORD_H
#define REPORTER_SERVICES_RECORD_H

#include "reporter/services/driver.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A service that its manager restarts after a failure counts as SERVICE_ERROR, though it runs at that very
 * moment, until it has kept running for so long. Without that, one that dies every second would be shown as
 * running or as failed by chance.
 */
#define RECORD_STEADY_MS 10000

/* All zero at first. */
struct service_record {
	struct service_state told;  /* the newest that the driver said */
	struct service_state shown; /* what is made of it; `failure` is the last one that is known */
	int64_t steady_from_ms; /* monotonic: when a restarted service counts as running again; 0: it does */
};

/* The two clocks at one moment, in ms. */
struct record_time {
	int64_t wall, monotonic;
};

/* Takes what the driver told. Whether status or installation of what is shown changed, or its manager began
 * to restart it. */
bool service_record_take(struct service_record *record, const struct service_state *told,
			 struct record_time now);

/* Looks again at what was told, since time has gone by. Answers as above. */
bool service_record_settle(struct service_record *record, struct record_time now);

/* In how many ms that is due; -1 if it is not. */
int64_t service_record_wait_ms(const struct service_record *record, int64_t monotonic_ms);

#endif
