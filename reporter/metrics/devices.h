/*
 * Sums over devices that come and go: disks, network interfaces. A sum of counters must never fall, or
 * whoever reads it takes it for a restart. So what a device had counted stays in the sum when the device goes
 * away, and one whose counters begin anew adds to what it had.
 *
 * Only the sums are kept for good: a device's own counters are the kernel's, which may begin anew.
 *
 * One round is one reading of the kernel's list: devices_begin, devices_find with the counters of each
 * device, then devices_commit. A round that fails halfway is simply not committed.
 */
#ifndef REPORTER_METRICS_DEVICES_H
#define REPORTER_METRICS_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEVICE_COUNTERS = 4, DEVICE_NAME_SIZE = 64 };

struct device {
	char name[DEVICE_NAME_SIZE];
	int rank;   /* its owner's word on what the device is; RANK_UNKNOWN at first */
	bool seen;  /* in this round */
	bool added; /* `before` is in the sums */
	uint64_t now[DEVICE_COUNTERS], before[DEVICE_COUNTERS];
};

#define RANK_UNKNOWN (-1)
#define RANK_NONE    0 /* is not counted */

/* A zeroed struct has no devices. */
struct devices {
	struct device *items;
	size_t count, next; /* where the next name probably is: the kernel's order hardly changes */
	bool begun;	    /* a round was committed */
	uint64_t sums[DEVICE_COUNTERS];
};

void devices_free(struct devices *devices);

/* Begins a round. With `anew` every device's rank is asked for again. */
void devices_begin(struct devices *devices, bool anew);

/* The device of that name, made if there is none; valid until the next call. The caller fills `now`, and
 * `rank` if it is unknown. A name that is too long is cut. */
struct device *devices_find(struct devices *devices, const char *name, size_t len);

/*
 * Ends a round: adds to the sums what the devices of the highest rank have counted since the round before,
 * and forgets those that were not seen. Devices of the first round come with all they have counted, later
 * ones with nothing: they may have been counted before under another name. Returns that rank, RANK_NONE if
 * none is counted.
 */
int devices_commit(struct devices *devices);

#endif
