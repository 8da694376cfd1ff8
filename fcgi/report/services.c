/* The `services` object: what runs on the node, and what may be done to it. */
#include "common/action.h"
#include "common/limits.h"
#include "fcgi/report/report.h"

#include <stdio.h>
#include <string.h>

#define SECONDS_MAX (100.0 * 366 * 86400)
#define FNV_BASIS   2166136261u /* FNV-1a, 32 bits */
#define FNV_PRIME   16777619u

static uint32_t mix(uint32_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	} while (*text++);
	return hash;
}

static enum err take_status(const struct json *service, const char *path, struct json_out *out,
			    struct parsed_services *counts, struct reason *why)
{
	static const char *const STATUSES[REPORT_STATUS_COUNT] = {
		[REPORT_RUNNING] = "running", [REPORT_STOPPED] = "stopped", [REPORT_ERROR] = "error"};
	const char *status;
	enum err err = json_need_text(service, path, "status", LIMIT_NAME, &status, why);

	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < REPORT_STATUS_COUNT; i++) {
		if (strcmp(status, STATUSES[i]) != 0)
			continue;
		counts->by_status[i]++;
		counts->revision = mix(counts->revision, status);
		json_put_text(out, "status", status);
		return ERR_NONE;
	}
	return reason_set(why, ERR_INVALID, "%s.status must be running, stopped or error", path);
}

static enum err take_installed(const struct json *service, const char *path, struct json_out *out,
			       struct parsed_services *counts, struct reason *why)
{
	const struct json *value = json_get(service, "installed");
	bool told = value && !json_is_null(value), installed = !told || json_is_true(value);

	if (told && !json_is_bool(value))
		return reason_set(why, ERR_INVALID, "%s.installed must be true or false", path);
	counts->revision = mix(counts->revision, installed ? "1" : "0");
	json_put_bool(out, "installed", installed);
	return ERR_NONE;
}

static enum err take_texts(const struct json *service, const char *path, struct json_out *out,
			   struct reason *why)
{
	static const char *const KEYS[] = {"description", "driver"};

	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++) {
		const char *text = "";
		enum err err = json_optional_text(service, path, KEYS[i], LIMIT_NAME, &text, why);

		if (err != ERR_NONE)
			return err;
		json_put_text(out, KEYS[i], text);
	}
	return ERR_NONE;
}

/* Seconds since it started; null while it does not run or nobody knows. */
static enum err take_uptime(const struct json *service, const char *path, struct json_out *out,
			    struct reason *why)
{
	const struct json *value = json_get(service, "uptime");
	double uptime = 0;
	enum err err;

	if (!value || json_is_null(value)) {
		json_put_null(out, "uptime");
		return ERR_NONE;
	}
	err = json_need_number(service, path, "uptime", 0, SECONDS_MAX, &uptime, why);
	if (err == ERR_NONE)
		json_put_number(out, "uptime", uptime);
	return err;
}

/* What the worker's own configuration allows; not told: it will say so itself when asked. */
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
	if ((err = take_status(service, path, out, counts, why)) != ERR_NONE ||
	    (err = take_installed(service, path, out, counts, why)) != ERR_NONE ||
	    (err = take_texts(service, path, out, why)) != ERR_NONE ||
	    (err = take_uptime(service, path, out, why)) != ERR_NONE ||
	    (err = take_actions(service, path, out, why)) != ERR_NONE)
		return err;
	json_close(out, '}');
	counts->total++;
	return ERR_NONE;
}

enum err report_read_services(const struct json *services, struct parsed_services *out, struct reason *why)
{
	struct json_out json = {.buf = &out->json};
	enum err err;

	out->revision = FNV_BASIS;
	if (services && !json_is_null(services) && !json_is_object(services))
		return reason_set(why, ERR_INVALID, "services must be an object");
	if (json_count(services) > LIMIT_SERVICES_A_NODE)
		return reason_set(why, ERR_INVALID, "services holds more than %d", LIMIT_SERVICES_A_NODE);
	json_open(&json, '{');
	for (const struct json *service = json_first(services); service; service = json_next(service)) {
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
