/* What systemd says of a unit, and what that means for a service. */
#ifndef REPORTER_SERVICES_SYSTEMD_UNIT_H
#define REPORTER_SERVICES_SYSTEMD_UNIT_H

#include "reporter/services/driver.h"

#include <stdint.h>
#include <systemd/sd-bus.h>

#define SYSTEMD_TEXT_SIZE 32

/* Properties of org.freedesktop.systemd1.Unit, and of .Service where they were asked for
 * (org.freedesktop.systemd1(5)). */
struct systemd_unit {
	char load[SYSTEMD_TEXT_SIZE];	/* LoadState */
	char active[SYSTEMD_TEXT_SIZE]; /* ActiveState */
	char sub[SYSTEMD_TEXT_SIZE];	/* SubState */
	uint64_t entered_us;		/* ActiveEnterTimestampMonotonic; 0: it never was active */
	char result[SYSTEMD_TEXT_SIZE]; /* Result, "" if not asked for */
	int32_t exit_code;		/* ExecMainCode: CLD_EXITED and so on, 0 if unknown */
	int32_t exit_status;		/* ExecMainStatus: exit status or signal */
};

/*
 * Reads the answer of Properties.GetAll; properties that are not there stay zero. Negative errno if the
 * answer has another shape, and *out is untouched then.
 */
int systemd_unit_read(sd_bus_message *reply, struct systemd_unit *out);

/*
 * The unit's state as a service; `started_ms` is left 0. A unit that is on its way up counts as stopped. One
 * that systemd restarts again and again is an error, and so is one that does not exist or is in a state that
 * we do not know.
 */
struct service_state systemd_unit_state(const struct systemd_unit *unit);

#endif
