/*
 * The list of troubles, in the order in which they began. It is short enough to be searched from its start.
 * It holds more than a report may carry, because each trouble must be logged once also on a machine with
 * hundreds of unreadable files.
 */
#include "reporter/base/troubles.h"

#include "common/clock.h"
#include "common/limits.h"
#include "common/mem.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MAX     500 /* troubles beyond these are not noted, and so not logged */
#define NAME_MAX_LEN 120 /* bytes of a name that are written; the message has the rest of LIMIT_TROUBLE */

struct trouble {
	enum trouble_part part;
	char *name, *message;
	int64_t since_ms; /* since the epoch */
};

struct troubles {
	struct trouble *items;
	size_t count;
	uint64_t revision;
};

static const char *const PARTS[TROUBLE_PARTS] = {
	[TROUBLE_METRIC] = "metric",   [TROUBLE_CERTIFICATE] = "certificate", [TROUBLE_LOG] = "log",
	[TROUBLE_SERVICE] = "service", [TROUBLE_COMMAND] = "command",	      [TROUBLE_REPORTER] = "reporter",
};

struct troubles *troubles_new(void)
{
	return mem_alloc(1, sizeof(struct troubles));
}

void troubles_free(struct troubles *troubles)
{
	if (!troubles)
		return;
	for (size_t i = 0; i < troubles->count; i++) {
		free(troubles->items[i].name);
		free(troubles->items[i].message);
	}
	free(troubles->items);
	free(troubles);
}

static struct trouble *find(const struct troubles *troubles, enum trouble_part part, const char *name)
{
	for (size_t i = 0; i < troubles->count; i++)
		if (troubles->items[i].part == part && strcmp(troubles->items[i].name, name) == 0)
			return &troubles->items[i];
	return NULL;
}

bool troubles_begin(struct troubles *troubles, enum trouble_part part, const char *name, const char *message)
{
	struct trouble *known = find(troubles, part, name);

	if (known) {
		if (strcmp(known->message, message) == 0)
			return false;
		free(known->message);
		known->message = mem_text(message);
		return true;
	}
	if (troubles->count == KEPT_MAX)
		return false;
	troubles->items = mem_resize(troubles->items, troubles->count + 1, sizeof(troubles->items[0]));
	troubles->items[troubles->count++] = (struct trouble){.part = part,
							      .name = mem_text(name),
							      .message = mem_text(message),
							      .since_ms = clock_now_ms()};
	troubles->revision++;
	return true;
}

static void drop(struct troubles *troubles, struct trouble *trouble)
{
	struct trouble *end = troubles->items + troubles->count--;

	free(trouble->name);
	free(trouble->message);
	memmove(trouble, trouble + 1, (size_t)(end - trouble - 1) * sizeof(*trouble));
	troubles->revision++;
}

bool troubles_end(struct troubles *troubles, enum trouble_part part, const char *name, const char *message)
{
	struct trouble *known = find(troubles, part, name);

	if (!known || (message && strcmp(known->message, message) != 0))
		return false;
	drop(troubles, known);
	return true;
}

void troubles_keep(struct troubles *troubles, enum trouble_part part,
		   bool (*keep)(void *user, const char *name), void *user)
{
	for (size_t i = troubles->count; i-- > 0;)
		if (troubles->items[i].part == part && !keep(user, troubles->items[i].name))
			drop(troubles, &troubles->items[i]);
}

uint64_t troubles_revision(const struct troubles *troubles)
{
	return troubles->revision;
}

/* Puts a text of at most `max` bytes; a longer one is cut between two characters, and marked. */
static void put_cut(struct json_out *out, const char *key, const char *text, size_t max)
{
	static const char MARK[] = "…";
	char cut[LIMIT_TROUBLE + 1];
	size_t len = strlen(text);

	if (len > max) {
		snprintf(cut, sizeof(cut), "%.*s%s", (int)text_cut(text, len, max - strlen(MARK)), text,
			 MARK);
		text = cut;
	}
	json_put_text(out, key, text);
}

static void write_one(struct json_out *out, const struct trouble *trouble)
{
	json_open(out, '{');
	json_put_text(out, "part", PARTS[trouble->part]);
	put_cut(out, "name", trouble->name, NAME_MAX_LEN);
	put_cut(out, "message", trouble->message, LIMIT_TROUBLE - NAME_MAX_LEN);
	json_put_time(out, "since", trouble->since_ms);
	json_close(out, '}');
}

void troubles_write(const struct troubles *troubles, struct json_out *out, const char *key)
{
	size_t shown = troubles->count > LIMIT_TROUBLES_A_NODE ? LIMIT_TROUBLES_A_NODE - 1 : troubles->count;
	char message[64];

	json_open_member(out, key, '[');
	for (size_t i = 0; i < shown; i++)
		write_one(out, &troubles->items[i]);
	if (shown < troubles->count) {
		struct trouble rest = {.part = TROUBLE_REPORTER,
				       .name = (char[]){"troubles"},
				       .message = message,
				       .since_ms = troubles->items[shown].since_ms};

		snprintf(message, sizeof(message), "%zu more are in the reporter's log",
			 troubles->count - shown);
		write_one(out, &rest);
	}
	json_close(out, ']');
}
