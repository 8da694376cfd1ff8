/*
 * A container's state, read from the engine's JSON and judged. It asks the engine for nothing itself.
 */
#include "reporter/services/docker_container.h"

#include "common/clock.h"
#include "common/json.h"

#include <string.h>

/* The engine's words for a container's status. */
static const struct {
	const char *status;
	enum service_status means;
} STATUSES[] = {
	{"running", SERVICE_RUNNING}, {"created", SERVICE_STOPPED},  {"paused", SERVICE_STOPPED},
	{"exited", SERVICE_STOPPED},  {"removing", SERVICE_STOPPED}, {"restarting", SERVICE_ERROR},
	{"dead", SERVICE_ERROR},
};

static const double ORDERLY_EXITS[] = {0, 128 + 15, 128 + 9}; /* by itself, by SIGTERM, by SIGKILL */

/* `state` is the answer's "State", `status` its "Status". */
static enum service_status read_status(const struct json *state, const char *status)
{
	const char *health = json_text(json_get(json_get(state, "Health"), "Status"));
	double exit_code = json_number(json_get(state, "ExitCode"));
	bool orderly = false;

	for (size_t i = 0; i < sizeof(ORDERLY_EXITS) / sizeof(ORDERLY_EXITS[0]); i++)
		orderly |= exit_code >= ORDERLY_EXITS[i] && exit_code <= ORDERLY_EXITS[i];
	orderly &= !json_is_true(json_get(state, "OOMKilled"));
	if (strcmp(status, "exited") == 0 && !orderly)
		return SERVICE_ERROR;
	if (strcmp(status, "running") == 0 && health && strcmp(health, "unhealthy") == 0)
		return SERVICE_ERROR;
	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(STATUSES[0]); i++) {
		if (strcmp(STATUSES[i].status, status) == 0)
			return STATUSES[i].means;
	}
	return SERVICE_ERROR;
}

/* SAMPLE {"Id":"3f4e…","State":{"Status":"running","ExitCode":0,"StartedAt":"2025-11-17T10:30:00.123456789Z",…},…} */
enum err docker_container_read(const char *body, size_t len, struct service_state *out)
{
	struct json *document = NULL;
	const struct json *state;
	const char *status, *started;
	enum err err = json_parse(body, len, &document, NULL);

	if (err != ERR_NONE)
		return err;
	state = json_get(document, "State");
	status = json_text(json_get(state, "Status"));
	started = json_text(json_get(state, "StartedAt"));
	if (!status) {
		err = ERR_MALFORMED;
		goto out;
	}
	*out = (struct service_state){.status = read_status(state, status), .installed = true};
	if (strcmp(status, "running") == 0 && started &&
	    clock_parse_iso(started, strlen(started), &out->started_ms) != ERR_NONE)
		out->started_ms = 0;
out:
	json_free(document);
	return err;
}
