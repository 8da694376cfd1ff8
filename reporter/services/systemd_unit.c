/*
 * A unit's properties, read from D-Bus and judged. It asks systemd for nothing itself.
 */
#include "reporter/services/systemd_unit.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define US_A_MS 1000

/* The type is D-Bus's: s text, t 64 bits unsigned, u and i 32 bits, and (ss) of which the second is taken. */
static const struct {
	const char *name, *type;
	size_t offset, size; /* size: of a text's array */
} WANTED[] = {
	{"LoadState", "s", offsetof(struct systemd_unit, load), SYSTEMD_TEXT_SIZE},
	{"LoadError", "(ss)", offsetof(struct systemd_unit, load_error), SYSTEMD_ERROR_SIZE},
	{"ActiveState", "s", offsetof(struct systemd_unit, active), SYSTEMD_TEXT_SIZE},
	{"SubState", "s", offsetof(struct systemd_unit, sub), SYSTEMD_TEXT_SIZE},
	{"ActiveEnterTimestampMonotonic", "t", offsetof(struct systemd_unit, entered_us), 0},
	{"ActiveEnterTimestamp", "t", offsetof(struct systemd_unit, active_us), 0},
	{"InactiveEnterTimestamp", "t", offsetof(struct systemd_unit, inactive_us), 0},
	{"ExecMainStartTimestamp", "t", offsetof(struct systemd_unit, main_started_us), 0},
	{"ExecMainExitTimestamp", "t", offsetof(struct systemd_unit, main_exited_us), 0},
	{"Result", "s", offsetof(struct systemd_unit, result), SYSTEMD_TEXT_SIZE},
	{"MainPID", "u", offsetof(struct systemd_unit, main_pid), 0},
	{"NRestarts", "u", offsetof(struct systemd_unit, restarts), 0},
	{"ExecMainCode", "i", offsetof(struct systemd_unit, exit_code), 0},
	{"ExecMainStatus", "i", offsetof(struct systemd_unit, exit_status), 0},
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

/* LoadState of a unit that cannot be started, and what it is then unless it is active still. */
static const struct {
	const char *load;
	enum service_status status;
} LOADS[] = {
	{"not-found", SERVICE_ERROR},
	{"bad-setting", SERVICE_ERROR},
	{"error", SERVICE_ERROR},
	{"masked", SERVICE_STOPPED}, /* somebody wanted it so */
};

/* One entry of the answer: a name, and a value of any type. Negative errno if it is something else. */
static int read_property(sd_bus_message *reply, struct systemd_unit *unit)
{
	const char *name, *text, *error_name;
	int result = sd_bus_message_read(reply, "s", &name);

	if (result < 0)
		return result;
	for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++) {
		char *target = (char *)unit + WANTED[i].offset;

		if (strcmp(WANTED[i].name, name) != 0)
			continue;
		if (strcmp(name, "NRestarts") == 0)
			unit->restarts_known = true;
		if (WANTED[i].size == 0)
			return sd_bus_message_read(reply, "v", WANTED[i].type, target);
		if (WANTED[i].type[0] == '(')
			result = sd_bus_message_read(reply, "v", WANTED[i].type, &error_name, &text);
		else
			result = sd_bus_message_read(reply, "v", WANTED[i].type, &text);
		if (result >= 0)
			snprintf(target, WANTED[i].size, "%s", text);
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

void systemd_unit_explain(const struct systemd_unit *unit, struct buf *out)
{
	const char *separator = "";

	if (*unit->result && strcmp(unit->result, "success") != 0) {
		buf_text(out, unit->result);
		separator = ", ";
	}
	if (unit->exit_code == CLD_EXITED && unit->exit_status != 0)
		buf_printf(out, "%sexit status %d", separator, unit->exit_status);
	else if (unit->exit_code == CLD_KILLED || unit->exit_code == CLD_DUMPED)
		buf_printf(out, "%ssignal %d", separator, unit->exit_status);
}

/* What systemd itself says of the unit, as systemctl shows it. `barred` is a LoadState, or NULL. */
static void write_detail(const struct systemd_unit *unit, const char *barred, bool active,
			 struct service_state *state)
{
	if (barred && !active)
		snprintf(state->detail, sizeof(state->detail), "%s", barred);
	else if (*unit->sub)
		snprintf(state->detail, sizeof(state->detail), "%s (%s)%s%s", unit->active, unit->sub,
			 barred ? ", " : "", barred ? barred : "");
	else
		snprintf(state->detail, sizeof(state->detail), "%s", unit->active);
}

/* Why a unit in error is so. A message without a time is one that systemd does not date. */
static void write_failure(const struct systemd_unit *unit, bool barred, struct service_state *state)
{
	struct buf why = {0};

	systemd_unit_explain(unit, &why);
	if (barred && *unit->load_error) {
		snprintf(state->failure, sizeof(state->failure), "%s", unit->load_error);
	} else if (why.len) {
		snprintf(state->failure, sizeof(state->failure), "%s", why.data);
		state->failed_ms =
			(int64_t)((unit->main_exited_us > unit->main_started_us ? unit->main_exited_us
										: unit->inactive_us) /
				  US_A_MS);
	}
	buf_free(&why);
}

struct service_state systemd_unit_state(const struct systemd_unit *unit)
{
	struct service_state state = {.status = SERVICE_ERROR,
				      .restarts_known = unit->restarts_known,
				      .restarts = (int64_t)unit->restarts};
	bool activating = strcmp(unit->active, "activating") == 0, active;
	const char *barred = NULL;

	state.installed = strcmp(unit->load, "not-found") != 0;
	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(STATUSES[0]); i++) {
		if (strcmp(STATUSES[i].active, unit->active) == 0)
			state.status = STATUSES[i].status;
	}
	if (activating && unit->main_pid)
		state.status = SERVICE_RUNNING;
	if (activating && strcmp(unit->sub, "auto-restart") == 0 && strcmp(unit->result, "success") != 0)
		state.status = SERVICE_ERROR;
	active = state.status == SERVICE_RUNNING;
	for (size_t i = 0; i < sizeof(LOADS) / sizeof(LOADS[0]); i++) {
		if (strcmp(LOADS[i].load, unit->load) != 0)
			continue;
		barred = LOADS[i].load;
		if (!active && state.status != SERVICE_ERROR)
			state.status = LOADS[i].status;
	}
	write_detail(unit, barred, active, &state);
	if (active)
		state.since_ms = (int64_t)((unit->main_started_us ? unit->main_started_us : unit->active_us) /
					   US_A_MS);
	else
		state.since_ms = (int64_t)(unit->inactive_us / US_A_MS);
	if (activating && active)
		state.started_ms = state.since_ms;
	if (state.status == SERVICE_ERROR)
		write_failure(unit, barred != NULL, &state);
	return state;
}
