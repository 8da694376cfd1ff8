/*
 * A unit's properties, read from D-Bus and judged. It asks systemd for nothing itself.
 */
#include "reporter/services/systemd_unit.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The type is D-Bus's: s text, t 64 bits unsigned, i 32 bits signed. */
static const struct {
	const char *name;
	char type;
	size_t offset;
} WANTED[] = {
	{"LoadState", 's', offsetof(struct systemd_unit, load)},
	{"ActiveState", 's', offsetof(struct systemd_unit, active)},
	{"SubState", 's', offsetof(struct systemd_unit, sub)},
	{"ActiveEnterTimestampMonotonic", 't', offsetof(struct systemd_unit, entered_us)},
	{"Result", 's', offsetof(struct systemd_unit, result)},
	{"ExecMainCode", 'i', offsetof(struct systemd_unit, exit_code)},
	{"ExecMainStatus", 'i', offsetof(struct systemd_unit, exit_status)},
};

/* ActiveState. */
static const struct {
	const char *active;
	enum service_status status;
} STATUSES[] = {
	{"active", SERVICE_RUNNING},	   {"reloading", SERVICE_RUNNING}, {"refreshing", SERVICE_RUNNING},
	{"deactivating", SERVICE_RUNNING}, {"inactive", SERVICE_STOPPED},  {"activating", SERVICE_STOPPED},
	{"failed", SERVICE_ERROR},	   {"maintenance", SERVICE_ERROR},
};

/* One entry of the answer: a name, and a value of any type. Negative errno if it is something else. */
static int read_property(sd_bus_message *reply, struct systemd_unit *unit)
{
	const char *name, *text;
	int result = sd_bus_message_read(reply, "s", &name);

	if (result < 0)
		return result;
	for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++) {
		const char signature[] = {WANTED[i].type, '\0'};
		char *target = (char *)unit + WANTED[i].offset;

		if (strcmp(WANTED[i].name, name) != 0)
			continue;
		if (WANTED[i].type != 's')
			return sd_bus_message_read(reply, "v", signature, target);
		result = sd_bus_message_read(reply, "v", signature, &text);
		if (result >= 0)
			snprintf(target, SYSTEMD_TEXT_SIZE, "%s", text);
		return result;
	}
	return sd_bus_message_skip(reply, "v");
}

int systemd_unit_read(sd_bus_message *reply, struct systemd_unit *out)
{
	struct systemd_unit unit = {0};
	int result = sd_bus_message_enter_container(reply, 'a', "{sv}");

	if (result < 0)
		return result;
	for (;;) {
		result = sd_bus_message_enter_container(reply, 'e', "sv");
		if (result < 0)
			return result;
		if (result == 0) { /* that was the last one */
			*out = unit;
			return 0;
		}
		result = read_property(reply, &unit);
		if (result < 0)
			return result;
		result = sd_bus_message_exit_container(reply);
		if (result < 0)
			return result;
	}
}

struct service_state systemd_unit_state(const struct systemd_unit *unit)
{
	struct service_state state = {.status = SERVICE_ERROR};

	state.installed = strcmp(unit->load, "not-found") != 0;
	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(STATUSES[0]); i++) {
		if (strcmp(STATUSES[i].active, unit->active) == 0)
			state.status = STATUSES[i].status;
	}
	if (strcmp(unit->sub, "auto-restart") == 0 || (!state.installed && state.status == SERVICE_STOPPED))
		state.status = SERVICE_ERROR;
	return state;
}
