/* What systemd says of a unit, and what that means for a service. */
#ifndef REPORTER_SERVICES_SYSTEMD_UNIT_H
#define REPORTER_SERVICES_SYSTEMD_UNIT_H

#include "common/buf.h"
#include "reporter/services/driver.h"

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define SYSTEMD_TEXT_SIZE  32
#define SYSTEMD_ERROR_SIZE 256

/* Properties of org.freedesktop.systemd1.Unit and of .Service (org.freedesktop.systemd1(5)). Units of other
 * types lack those of .Service, which are 0 then. Times in microseconds; 0: it never happened. */
struct systemd_unit {
	char load[SYSTEMD_TEXT_SIZE];	     /* LoadState */
	char load_error[SYSTEMD_ERROR_SIZE]; /* LoadError, its sentence */
	char active[SYSTEMD_TEXT_SIZE];	     /* ActiveState */
	char sub[SYSTEMD_TEXT_SIZE];	     /* SubState */
	uint64_t entered_us;		     /* ActiveEnterTimestampMonotonic */
	uint64_t active_us;		     /* ActiveEnterTimestamp, wall clock like the next three */
	uint64_t inactive_us;		     /* InactiveEnterTimestamp */
	uint64_t main_started_us;	     /* ExecMainStartTimestamp */
	uint64_t main_exited_us;	     /* ExecMainExitTimestamp */
	char result[SYSTEMD_TEXT_SIZE];	     /* Result */
	uint32_t main_pid;		     /* MainPID; 0: no main process lives */
	uint32_t restarts;		     /* NRestarts */
	bool restarts_known;		     /* it was there */
	int32_t exit_code;		     /* ExecMainCode: CLD_EXITED and so on, 0 if unknown */
	int32_t exit_status;		     /* ExecMainStatus: exit status or signal */
};

/*
 * Reads the answer of Properties.GetAll; properties that are not there stay zero. Negative errno if the
 * answer has another shape, and *out is untouched then.
 */
int systemd_unit_read(sd_bus_message *reply, struct systemd_unit *out);

/*
 * The unit's state as a service; `started_ms` is set only for a unit on its way up, from the start of its
 * main process. On the way up a unit runs while its main process lives, else it is stopped. An error is: a
 * unit that failed, one that failed and waits for its next automatic start, one whose file is missing or
 * cannot be loaded unless it is active, and one in a state that we do not know.
 */
struct service_state systemd_unit_state(const struct systemd_unit *unit);

/* Appends how the unit's last run ended: "exit-code, exit status 1". Nothing if it ended well, or not yet. */
void systemd_unit_explain(const struct systemd_unit *unit, struct buf *out);

#endif
