/*
 * The `troubles` array: what a reporter could not do, in its own words. They are for people to read, so what
 * does not fit is cut and what makes no sense is passed over: a trouble must never be the reason why a report
 * is refused.
 */
#include "common/clock.h"
#include "common/mem.h"
#include "common/text.h"
#include "fcgi/report/report.h"

#include <stdio.h>
#include <string.h>

static const char *const PARTS[] = {"metric", "certificate", "log", "service", "command", "reporter"};

static const char MARK[] = "…";

static void copy_cut(char out[LIMIT_TROUBLE + 1], const char *text)
{
	size_t len = strlen(text);

	if (len <= LIMIT_TROUBLE)
		memcpy(out, text, len + 1);
	else
		(void)snprintf(out, LIMIT_TROUBLE + 1, "%.*s%s",
			       (int)text_cut(text, len, LIMIT_TROUBLE - strlen(MARK)), text, MARK);
}

void report_add_trouble(struct parsed_troubles *troubles, const char *part, const char *name,
			const char *message, int64_t since_ms)
{
	struct parsed_trouble *trouble;

	if (troubles->count == LIMIT_TROUBLES_A_NODE) {
		troubles->left_out++;
		return;
	}
	troubles->items = mem_resize(troubles->items, troubles->count + 1, sizeof(*troubles->items));
	trouble = &troubles->items[troubles->count++];
	trouble->part = part;
	trouble->since_ms = since_ms;
	copy_cut(trouble->name, name);
	copy_cut(trouble->message, message);
}

/* SAMPLE [{"part":"log","name":"app: /var/log/app.log","message":"Permission denied","since":"2025-11-17T10:30:00Z"}] */
void report_read_troubles(const struct json *troubles, struct parsed_troubles *out)
{
	if (!json_is_array(troubles))
		return;
	for (const struct json *t = json_first(troubles); t; t = json_next(t)) {
		const char *part = json_text(json_get(t, "part")), *name = json_text(json_get(t, "name"));
		const char *message = json_text(json_get(t, "message")),
			   *since = json_text(json_get(t, "since"));
		int64_t since_ms = 0;

		for (size_t i = 0; part && name && message && i < sizeof(PARTS) / sizeof(*PARTS); i++) {
			if (strcmp(PARTS[i], part) != 0)
				continue;
			if (since && clock_parse_iso(since, strlen(since), &since_ms) != ERR_NONE)
				since_ms = 0;
			report_add_trouble(out, PARTS[i], name, message, since_ms);
		}
	}
}

void report_date_troubles(struct parsed_troubles *troubles, const struct json *before, int64_t now_ms)
{
	for (size_t i = 0; i < troubles->count; i++) {
		struct parsed_trouble *trouble = &troubles->items[i];

		for (const struct json *t = json_first(before); t && !trouble->since_ms; t = json_next(t)) {
			const char *part = json_text(json_get(t, "part")),
				   *name = json_text(json_get(t, "name"));
			const char *since = json_text(json_get(t, "since"));

			if (part && name && since && strcmp(part, trouble->part) == 0 &&
			    strcmp(name, trouble->name) == 0 &&
			    clock_parse_iso(since, strlen(since), &trouble->since_ms) != ERR_NONE)
				trouble->since_ms = 0;
		}
		if (!trouble->since_ms)
			trouble->since_ms = now_ms;
	}
}

void report_write_troubles(const struct parsed_troubles *troubles, struct json_out *out, const char *key)
{
	json_open_member(out, key, '[');
	for (size_t i = 0; i < troubles->count; i++) {
		const struct parsed_trouble *trouble = &troubles->items[i];

		json_open(out, '{');
		json_put_text(out, "part", trouble->part);
		json_put_text(out, "name", trouble->name);
		json_put_text(out, "message", trouble->message);
		json_put_time(out, "since", trouble->since_ms);
		json_close(out, '}');
	}
	json_close(out, ']');
}
