/* A machine to measure: a copy of one of tests/fixtures/proc, which a test may break, with a sampler on it.
 */
#ifndef TESTS_UNIT_REPORTER_MACHINE_H
#define TESTS_UNIT_REPORTER_MACHINE_H

#include "common/json.h"
#include "reporter/metrics/sampler.h"
#include "tests/unit/reporter/folder.h"

struct machine {
	struct folder folder;
	struct troubles *troubles;
	struct sampler *sampler;
	struct json *json; /* of the newest sample */
};

/* Copies the fixture, and measures nothing yet. Any member may be changed before the first machine_take. */
void machine_make(struct machine *machine, const char *fixture);
void machine_free(struct machine *machine);

/* Takes a sample of everything, and returns it; `json` is the same as it is sent. */
const struct sample *machine_take(struct machine *machine);

/* What the newest sample says of a member; NULL if that is null. SAMPLE "memory" "percent"; key "": the
 * member itself */
const struct json *machine_value(const struct machine *machine, const char *member, const char *key);

/* The message of the trouble with that metric, NULL if there is none; valid until the next call. */
const char *machine_trouble(struct machine *machine, const char *metric);

void machine_remove(struct machine *machine, const char *file); /* a file, or an empty folder */
void machine_write(struct machine *machine, const char *file, const char *text); /* in place; makes folders */
void machine_replace(struct machine *machine, const char *file, const char *text); /* by a rename over it */

#endif
