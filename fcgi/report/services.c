/*
 * The `services` object: what runs on the node, and what may be done to it. Each service is rebuilt member by
 * member, and counted on the way.
 *
 * The revision is a hash by which a browser learns that it has to read the services again; an uptime or a
 * description is not part of it. Since when a service has its status is: a service that stopped and runs
 * again is where it was, but not since when it was.
 */
#include "common/action.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/text.h"
#include "fcgi/report/report.h"

#include <stdio.h>
#include <string.h>

#define SECONDS_MAX  (100.0 * 366 * 86400)
#define TIME_MAX_MS  253402300799999 /* the end of the year 9999 */
#define RESTARTS_MAX 4294967295.0
#define FAILURE_MAX  1024	 /* bytes */
#define FNV_BASIS    2166136261u /* FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv) */
#define FNV_PRIME    16777619u

/* The text's NUL is hashed, too, so that "ab","c" and "a","bc" differ. */
static uint32_t mix(uint32_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	} while (*text++);
	return hash;
}

/* `status` and `installed`: what is counted and what the revision follows. */
static enum err take_state(const struct json *service, const char *path, struct json_out *out,
			   struct parsed_services *counts, struct reason *why)
{
	static const char *const STATUSES[REPORT_STATUS_COUNT] = {
		[REPORT_RUNNING] = "running", [REPORT_STOPPED] = "stopped", [REPORT_ERROR] = "error"};
	const struct json *installed = json_get(service, "installed");
	bool told = installed && !json_is_null(installed), is_installed = !told || json_is_true(installed);
	const char *status;
	size_t i = 0;
	enum err err = json_need_text(service, path, "status", LIMIT_NAME, &status, why);

	if (err != ERR_NONE)
		return err;
	while (i < REPORT_STATUS_COUNT && strcmp(status, STATUSES[i]) != 0)
		i++;
	if (i == REPORT_STATUS_COUNT)
		return reason_set(why, ERR_INVALID, "%s.status must be running, stopped or error", path);
	if (told && !json_is_bool(installed))
		return reason_set(why, ERR_INVALID, "%s.installed must be true or false", path);
	counts->by_status[i]++;
	counts->revision = mix(counts->revision, status);
	counts->revision = mix(counts->revision, is_installed ? "1" : "0");
	json_put_text(out, "status", status);
	json_put_bool(out, "installed", is_installed);
	return ERR_NONE;
}

/* Texts for people, and the seconds since the start: null while it does not run or nobody knows. */
static enum err take_details(const struct json *service, const char *path, struct json_out *out,
			     struct reason *why)
{
	static const char *const TEXTS[] = {"description", "driver"};
	const struct json *uptime = json_get(service, "uptime");
	double seconds = 0;
	enum err err;

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		const char *text = "";

		err = json_optional_text(service, path, TEXTS[i], LIMIT_NAME, &text, why);
		if (err != ERR_NONE)
			return err;
		json_put_text(out, TEXTS[i], text);
	}
	if (!uptime || json_is_null(uptime)) {
		json_put_null(out, "uptime");
		return ERR_NONE;
	}
	err = json_need_number(service, path, "uptime", 0, SECONDS_MAX, &seconds, why);
	if (err != ERR_NONE)
		return err;
	json_put_number(out, "uptime", seconds);
	return ERR_NONE;
}

/* A moment that the worker tells, or null: a worker's odd clock costs the moment, never the report. */
static void take_time(const struct json *object, const char *key, struct json_out *out, uint32_t *revision)
{
	const char *text = json_text(json_get(object, key));
	int64_t ms;

	if (!text || clock_parse_iso(text, strlen(text), &ms) != ERR_NONE || ms < 0 || ms > TIME_MAX_MS) {
		json_put_null(out, key);
		return;
	}
	json_put_time(out, key, ms);
	*revision = mix(*revision, text);
}

/* A text of the worker's own, cut to its bounds; null if there is none. */
static void take_text(const struct json *object, const char *key, size_t max_len, struct json_out *out)
{
	const char *text = json_text(json_get(object, key));

	if (text && *text)
		json_put_text_len(out, key, text, text_cut(text, strlen(text), max_len));
	else
		json_put_null(out, key);
}

/*
 * What the service's manager knows beside the status. What is not told, or is no such thing, is null.
 * SAMPLE "detail":"activating (auto-restart)","since":"2025-11-17T10:29:58.000Z","restarts":12,
 *        "last_failure":{"at":"2025-11-17T10:30:00.000Z","message":"exit-code, exit status 1"}
 */
static void take_story(const struct json *service, struct json_out *out, uint32_t *revision)
{
	const struct json *restarts = json_get(service, "restarts");
	const struct json *failure = json_get(service, "last_failure");
	double count = json_number(restarts);

	take_text(service, "detail", LIMIT_NAME, out);
	take_time(service, "since", out, revision);
	if (json_is_number(restarts) && count >= 0 && count <= RESTARTS_MAX)
		json_put_integer(out, "restarts", (int64_t)count);
	else
		json_put_null(out, "restarts");
	if (!json_text(json_get(failure, "message"))) {
		json_put_null(out, "last_failure");
		return;
	}
	json_open_member(out, "last_failure", '{');
	take_time(failure, "at", out, revision);
	take_text(failure, "message", FAILURE_MAX, out);
	json_close(out, '}');
}

/*
 * What the worker's own configuration allows. A reporter that does not tell it says so itself when it is
 * asked.
 * SAMPLE ["start", "stop", "restart"]
 */
static enum err take_actions(const struct json *service, const char *path, struct json_out *out,
			     struct reason *why)
{
	const struct json *actions = json_get(service, "actions");

	if (!actions || json_is_null(actions))
		return ERR_NONE;
	if (!json_is_array(actions) || json_count(actions) > SERVICE_ACTION_COUNT)
		return reason_set(why, ERR_INVALID, "%s.actions must be an array of at most %d", path,
				  SERVICE_ACTION_COUNT);
	json_open_member(out, "actions", '[');
	for (const struct json *action = json_first(actions); action; action = json_next(action)) {
		enum service_action known;

		if (service_action_parse(json_text(action), &known) != ERR_NONE)
			return reason_set(why, ERR_INVALID, "%s.actions may hold " SERVICE_ACTIONS_TEXT,
					  path);
		json_put_text(out, NULL, json_text(action));
	}
	json_close(out, ']');
	return ERR_NONE;
}

static enum err take_service(const struct json *service, struct json_out *out, struct parsed_services *counts,
			     struct reason *why)
{
	const char *name = json_key(service);
	char path[160];
	enum err err;

	if (!id_is_service(name))
		return reason_set(why, ERR_INVALID, "services: \"%.64s\" is not a service's name", name);
	(void)snprintf(path, sizeof(path), "services.%s", name);
	if (!json_is_object(service))
		return reason_set(why, ERR_INVALID, "%s must be an object", path);
	counts->revision = mix(counts->revision, name);
	json_open_member(out, name, '{');
	err = take_state(service, path, out, counts, why);
	if (err != ERR_NONE)
		return err;
	err = take_details(service, path, out, why);
	if (err != ERR_NONE)
		return err;
	take_story(service, out, &counts->revision);
	err = take_actions(service, path, out, why);
	if (err != ERR_NONE)
		return err;
	json_close(out, '}');
	counts->total++;
	return ERR_NONE;
}

enum err report_read_services(const struct json *services, struct parsed_services *out, struct reason *why)
{
	struct json_out json = {.buf = &out->json};

	out->revision = FNV_BASIS;
	if (services && !json_is_null(services) && !json_is_object(services))
		return reason_set(why, ERR_INVALID, "services must be an object");
	if (json_count(services) > LIMIT_SERVICES_A_NODE)
		return reason_set(why, ERR_INVALID, "services holds more than %d", LIMIT_SERVICES_A_NODE);
	json_open(&json, '{');
	for (const struct json *service = json_first(services); service; service = json_next(service)) {
		enum err err;

		/* json_get finds the first of two equal names: any other one is a repetition. */
		if (json_get(services, json_key(service)) != service)
			return reason_set(why, ERR_INVALID, "services.%.128s is there twice",
					  json_key(service));
		err = take_service(service, &json, out, why);
		if (err != ERR_NONE)
			return err;
	}
	json_close(&json, '}');
	return ERR_NONE;
}
