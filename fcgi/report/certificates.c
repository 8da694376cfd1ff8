/*
 * The `certificates` array: what the worker found in the files that it was told to look at. They are facts
 * for people to read; the coordinator opens no certificate, and only counts the days until the first one
 * ends. A path whose certificate the worker cannot read has an `error` in place of facts; it counts apart.
 */
#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/report/report.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PATH_BYTES 4096
#define TEXT_BYTES 1024
#define SANS_MAX   256
#define DAYS_MAX   4000000 /* year 9999, and as long ago */

enum field_kind { FIELD_TEXT, FIELD_TIME };

static const struct field {
	const char *key;
	enum field_kind kind;
	size_t max_len;
	bool needed; /* a certificate without it is refused */
} FACTS[] = {
	{"path", FIELD_TEXT, PATH_BYTES, true},
	{"subject", FIELD_TEXT, TEXT_BYTES, true},
	{"issuer", FIELD_TEXT, TEXT_BYTES, true},
	{"serial", FIELD_TEXT, LIMIT_NAME, true},
	{"not_before", FIELD_TIME, LIMIT_NAME, true},
	{"not_after", FIELD_TIME, LIMIT_NAME, true},
	{"fingerprint_sha256", FIELD_TEXT, LIMIT_NAME, true},
	{"key", FIELD_TEXT, LIMIT_NAME, false},
};

/* Of a path that cannot be read. */
static const struct field ERROR_FIELDS[] = {
	{"path", FIELD_TEXT, PATH_BYTES, true},
	{"error", FIELD_TEXT, TEXT_BYTES, true},
	{"since", FIELD_TIME, LIMIT_NAME, true},
};

/* Checks one member and writes it; times are written in the contract's form, whatever form they came in. */
static enum err take_field(const struct json *certificate, const char *path, const struct field *field,
			   struct json_out *out, struct reason *why)
{
	const char *text = "";
	int64_t ms;
	enum err err;

	if (field->needed)
		err = json_need_text(certificate, path, field->key, field->max_len, &text, why);
	else
		err = json_optional_text(certificate, path, field->key, field->max_len, &text, why);
	if (err != ERR_NONE)
		return err;
	if (field->kind == FIELD_TEXT) {
		json_put_text(out, field->key, text);
		return ERR_NONE;
	}
	if (clock_parse_iso(text, strlen(text), &ms) != ERR_NONE)
		return reason_set(why, ERR_INVALID, "%s.%s is not an ISO 8601 time", path, field->key);
	json_put_time(out, field->key, ms);
	return ERR_NONE;
}

/* The names that the certificate is for. SAMPLE ["example.org", "www.example.org", "192.0.2.1"] */
static enum err take_sans(const struct json *certificate, const char *path, struct json_out *out,
			  struct reason *why)
{
	const struct json *sans = json_get(certificate, "sans");

	if (sans && !json_is_null(sans) && (!json_is_array(sans) || json_count(sans) > SANS_MAX))
		return reason_set(why, ERR_INVALID, "%s.sans must be an array of at most %d names", path,
				  SANS_MAX);
	json_open_member(out, "sans", '[');
	for (const struct json *name = json_first(sans); name; name = json_next(name)) {
		if (!json_text(name) || strlen(json_text(name)) > TEXT_BYTES)
			return reason_set(why, ERR_INVALID, "%s.sans must hold strings", path);
		json_put_text(out, NULL, json_text(name));
	}
	json_close(out, ']');
	return ERR_NONE;
}

static enum err take_fields(const struct json *certificate, const char *path, const struct field *fields,
			    size_t count, struct json_out *out, struct reason *why)
{
	for (size_t i = 0; i < count; i++) {
		enum err err = take_field(certificate, path, &fields[i], out, why);

		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* The members of an object that is open already, and what is counted of it. */
static enum err take_certificate(const struct json *certificate, const char *path,
				 struct parsed_certificates *parsed, struct json_out *out, struct reason *why)
{
	const struct json *error = json_get(certificate, "error");
	int64_t days_left = 0;
	enum err err;

	if (error && !json_is_null(error)) {
		parsed->errors++;
		return take_fields(certificate, path, ERROR_FIELDS, COUNT(ERROR_FIELDS), out, why);
	}
	err = take_fields(certificate, path, FACTS, COUNT(FACTS), out, why);
	if (err != ERR_NONE)
		return err;
	err = json_need_integer(certificate, path, "days_left", -DAYS_MAX, DAYS_MAX, &days_left, why);
	if (err != ERR_NONE)
		return err;
	err = take_sans(certificate, path, out, why);
	if (err != ERR_NONE)
		return err;
	json_put_integer(out, "days_left", days_left);
	if (!parsed->has_days_left || days_left < parsed->days_left)
		parsed->days_left = days_left;
	parsed->has_days_left = true;
	parsed->total++;
	return ERR_NONE;
}

enum err report_read_certificates(const struct json *certificates, const char *node,
				  struct parsed_certificates *out, struct reason *why)
{
	struct json_out json = {.buf = &out->json};
	size_t index = 0;

	if (!certificates || json_is_null(certificates))
		return ERR_NONE;
	if (!json_is_array(certificates) || json_count(certificates) > LIMIT_CERTIFICATES_A_NODE)
		return reason_set(why, ERR_INVALID, "certificates must be an array of at most %d",
				  LIMIT_CERTIFICATES_A_NODE);
	out->given = true;
	json_open(&json, '[');
	for (const struct json *c = json_first(certificates); c; c = json_next(c), index++) {
		char path[32];
		enum err err;

		(void)snprintf(path, sizeof(path), "certificates[%zu]", index);
		if (!json_is_object(c))
			return reason_set(why, ERR_INVALID, "%s must be an object", path);
		json_open(&json, '{');
		json_put_text(&json, "worker", node);
		err = take_certificate(c, path, out, &json, why);
		if (err != ERR_NONE)
			return err;
		json_close(&json, '}');
	}
	json_close(&json, ']');
	return ERR_NONE;
}
