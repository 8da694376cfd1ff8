/* What systemd says of a unit, and what that means for a service. */
#ifndef REPORTER_SERVICES_SYSTEMD_UNIT_H
#define REPORTER_SERVICES_SYSTEMD_UNIT_H

#include "reporter/services/driver.h"

#include <stdint.h>
#include <systemd/sd-bus.h>

#define SYSTEMD_TEXT_SIZE 32

/* Properties of org.freedesktop.systemd1.Unit, and of .Service where they were asked for. */
struct systemd_unit {
	char load[SYSTEMD_TEXT_SIZE];	/* LoadState */
	char active[SYSTEMD_TEXT_SIZE]; /* ActiveState */
	char sub[SYSTEMD_TEXT_SIZE];	/* SubState */
	uint64_t entered_us;		/* ActiveEnterTimestampMonotonic */
	char result[SYSTEMD_TEXT_SIZE]; /* Result, "" if not asked for */
	int32_t exit_code;		/* ExecMainCode: CLD_EXITED and so on, 0 if unknown */
	int32_t exit_status;		/* ExecMainStatus */
};

/* Reads the answer of Properties.GetAll. Negative errno if it has another shape. */
int systemd_unit_read(sd_bus_message *reply, struct systemd_unit *out);

/*
 * Its state; `started_ms` is left 0. What is only on its way up counts as stopped, what systemd tries again
 * and again as an error, and so does a unit that does not exist.
 */
struct service_state systemd_unit_state(const struct systemd_unit *unit);

#endif
