/*
 * The `certificates` array: what the worker found in the files that it was told to look at. They are facts
 * for people to read; the coordinator opens no certificate, and only counts the days until the first one
 * ends.
 */
#include "common/clock.h"
#include "common/limits.h"
#include "fcgi/report/report.h"

#include <stdio.h>
#include <string.h>

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
} FIELDS[] = {
	{"path", FIELD_TEXT, PATH_BYTES, true},
	{"subject", FIELD_TEXT, TEXT_BYTES, true},
	{"issuer", FIELD_TEXT, TEXT_BYTES, true},
	{"serial", FIELD_TEXT, LIMIT_NAME, true},
	{"not_before", FIELD_TIME, LIMIT_NAME, true},
	{"not_after", FIELD_TIME, LIMIT_NAME, true},
	{"fingerprint_sha256", FIELD_TEXT, LIMIT_NAME, true},
	{"key", FIELD_TEXT, LIMIT_NAME, false},
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

/* The members of an object that is open already. */
static enum err take_certificate(const struct json *certificate, const char *path, struct json_out *out,
				 int64_t *days_left, struct reason *why)
{
	enum err err;

	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++) {
		err = take_field(certificate, path, &FIELDS[i], out, why);
		if (err != ERR_NONE)
			return err;
	}
	err = json_need_integer(certificate, path, "days_left", -DAYS_MAX, DAYS_MAX, days_left, why);
	if (err != ERR_NONE)
		return err;
	err = take_sans(certificate, path, out, why);
	if (err != ERR_NONE)
		return err;
	json_put_integer(out, "days_left", *days_left);
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
		int64_t days_left = 0;
		char path[32];
		enum err err;

		(void)snprintf(path, sizeof(path), "certificates[%zu]", index);
		if (!json_is_object(c))
			return reason_set(why, ERR_INVALID, "%s must be an object", path);
		json_open(&json, '{');
		json_put_text(&json, "worker", node);
		err = take_certificate(c, path, &json, &days_left, why);
		if (err != ERR_NONE)
			return err;
		json_close(&json, '}');
		if (!out->has_days_left || days_left < out->days_left)
			out->days_left = days_left;
		out->has_days_left = true;
	}
	json_close(&json, ']');
	out->total = (int64_t)index;
	return ERR_NONE;
}
