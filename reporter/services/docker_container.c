/*
 * A container's state, read from the engine's JSON and judged. It asks the engine for nothing itself.
 */
#include "reporter/services/docker_container.h"

#include "common/clock.h"
#include "common/json.h"
#include "reporter/services/driver_result.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNALLED 128 /* the exit status of a program that signal N ended is 128 + N */

/* The engines' words for a container's status. Those from "configured" on are Podman's alone. */
static const struct {
	const char *status;
	enum service_status means;
	bool ended; /* its exit status says more */
} STATUSES[] = {
	/* clang-format off */
	{"running",     SERVICE_RUNNING, false},
	{"created",     SERVICE_STOPPED, false},
	{"paused",      SERVICE_STOPPED, false},
	{"exited",      SERVICE_STOPPED, true},
	{"removing",    SERVICE_STOPPED, false},
	{"restarting",  SERVICE_STOPPED, true},
	{"dead",        SERVICE_ERROR,   true},
	{"configured",  SERVICE_STOPPED, false},
	{"initialized", SERVICE_STOPPED, false},
	{"stopping",    SERVICE_RUNNING, false},
	{"stopped",     SERVICE_STOPPED, true},
	/* clang-format on */
};

/* "SIGQUIT", "QUIT", "3", "SIGRTMIN+3" → number; 0 if it is none that we know. Dockerfile reference,
 * STOPSIGNAL. */
static int read_signal(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} SIGNALS[] = {{"HUP", SIGHUP},	  {"INT", SIGINT},    {"QUIT", SIGQUIT}, {"KILL", SIGKILL},
		       {"USR1", SIGUSR1}, {"USR2", SIGUSR2},  {"TERM", SIGTERM}, {"ABRT", SIGABRT},
		       {"PWR", SIGPWR},	  {"WINCH", SIGWINCH}};

	if (!name)
		return 0;
	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	if (strncmp(name, "RTMIN+", 6) == 0)
		return 34 + (int)strtol(name + 6, NULL, 10); /* as the C library of containers has it */
	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(SIGNALS[0]); i++) {
		if (strcmp(SIGNALS[i].name, name) == 0)
			return SIGNALS[i].number;
	}
	return (int)strtol(name, NULL, 10);
}

/* Whether a program that ended so was told to. */
static bool is_orderly(int64_t exit_code, int stop_signal)
{
	static const int64_t ORDERLY[] = {0, SIGNALLED + SIGINT, SIGNALLED + SIGQUIT, SIGNALLED + SIGTERM,
					  SIGNALLED + SIGKILL};

	for (size_t i = 0; i < sizeof(ORDERLY) / sizeof(ORDERLY[0]); i++) {
		if (exit_code == ORDERLY[i])
			return true;
	}
	return stop_signal > 0 && exit_code == SIGNALLED + stop_signal;
}

/* The engine writes the year 1 where something has not happened: 0 then. */
static int64_t read_time(const struct json *state, const char *key)
{
	const char *text = json_text(json_get(state, key));
	int64_t ms;

	return text && clock_parse_iso(text, strlen(text), &ms) == ERR_NONE && ms > 0 ? ms : 0;
}

/* What the health check says of a container that runs. Podman before 5.0 calls it Healthcheck. */
static void judge_health(const struct json *state, struct service_state *out)
{
	const struct json *health = json_get(state, "Health"), *newest = NULL;
	const char *status, *output;

	if (!health)
		health = json_get(state, "Healthcheck");
	status = json_text(json_get(health, "Status"));
	if (!status || !*status || strcmp(status, "none") == 0)
		return;
	if (strcmp(status, "starting") == 0)
		snprintf(out->detail, sizeof(out->detail), "running (health: starting)");
	else
		snprintf(out->detail, sizeof(out->detail), "%s", status);
	if (strcmp(status, "unhealthy") != 0)
		return;
	out->status = SERVICE_ERROR;
	for (const struct json *probe = json_first(json_get(health, "Log")); probe; probe = json_next(probe))
		newest = probe;
	output = json_text(json_get(newest, "Output"));
	driver_write_failure(out, output ? output : "", output ? strlen(output) : 0,
			     "the health check failed");
	out->failed_ms = read_time(newest, "End");
	out->since_ms = 0; /* when it became so, the engine does not tell */
}

/* How a container ended. `status` is the engine's word for what it is now. */
static void judge_end(const struct json *state, const char *status, int stop_signal,
		      struct service_state *out)
{
	int64_t exit_code = (int64_t)json_number(json_get(state, "ExitCode"));
	bool killed = json_is_true(json_get(state, "OOMKilled"));
	const char *error = json_text(json_get(state, "Error"));

	out->since_ms = read_time(state, "FinishedAt");
	snprintf(out->detail, sizeof(out->detail), "%.20s (%" PRId64 ")%s", status, exit_code,
		 killed ? ", out of memory" : "");
	if (!killed && out->status != SERVICE_ERROR && is_orderly(exit_code, stop_signal))
		return;
	out->status = SERVICE_ERROR;
	out->failed_ms = out->since_ms;
	driver_write_failure(out, error ? error : "", error ? strlen(error) : 0,
			     killed ? "exit status %" PRId64 ", out of memory" : "exit status %" PRId64,
			     exit_code);
}

/* SAMPLE {"Id":"3f4e…","State":{"Status":"running","ExitCode":0,"StartedAt":"2025-11-17T10:30:00.123456789Z",…},…} */
enum err docker_container_read(const char *body, size_t len, struct service_state *out)
{
	struct json *document = NULL;
	const struct json *state, *restarts;
	struct service_state read = {.status = SERVICE_ERROR, .installed = true};
	const char *status;
	bool ended = false;
	enum err err = json_parse(body, len, &document, NULL);

	if (err != ERR_NONE)
		return err;
	state = json_get(document, "State");
	status = json_text(json_get(state, "Status"));
	if (!status) {
		err = ERR_MALFORMED;
		goto out;
	}
	restarts = json_get(document, "RestartCount");
	read.restarts_known = json_is_number(restarts) && json_number(restarts) >= 0;
	read.restarts = read.restarts_known ? (int64_t)json_number(restarts) : 0;
	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(STATUSES[0]); i++) {
		if (strcmp(STATUSES[i].status, status) != 0)
			continue;
		read.status = STATUSES[i].means;
		ended = STATUSES[i].ended;
	}
	snprintf(read.detail, sizeof(read.detail), "%s", status);
	if (ended) {
		judge_end(state, status,
			  read_signal(json_text(json_get(json_get(document, "Config"), "StopSignal"))),
			  &read);
	} else if (strcmp(status, "created") == 0) {
		read.since_ms = read_time(document, "Created");
	} else if (read.status == SERVICE_RUNNING) {
		read.started_ms = read_time(state, "StartedAt");
		read.since_ms = read.started_ms;
		judge_health(state, &read);
	}
	*out = read;
out:
	json_free(document);
	return err;
}
