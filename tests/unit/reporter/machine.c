/* Copies a fixture, and breaks it. */
#include "tests/unit/reporter/machine.h"

#include "common/limits.h"
#include "tests/unit/cm.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIXTURES "tests/fixtures/proc/"

/* nftw has no user pointer. */
static struct {
	struct folder *to;
	size_t skip; /* of each path: the fixture's own */
} copying;

static int copy_one(const char *path, const struct stat *status, int flag, struct FTW *place)
{
	struct folder from = {.path = ""};
	struct buf text = {0};

	(void)status;
	(void)place;
	if (flag == FTW_D) {
		if (path[copying.skip])
			assert_int_equal(mkdir(folder_path(copying.to, path + copying.skip + 1), 0700), 0);
		return 0;
	}
	snprintf(from.path, sizeof(from.path), ".");
	folder_read(&from, path, &text);
	folder_write(copying.to, path + copying.skip + 1, buf_string(&text));
	buf_free(&text);
	return 0;
}

void machine_make(struct machine *machine, const char *fixture)
{
	char path[128];

	*machine = (struct machine){.troubles = troubles_new()};
	folder_make(&machine->folder);
	if (!*fixture)
		return;
	snprintf(path, sizeof(path), FIXTURES "%s", fixture);
	copying.to = &machine->folder;
	copying.skip = strlen(path);
	assert_int_equal(nftw(path, copy_one, 8, FTW_PHYS), 0);
}

void machine_free(struct machine *machine)
{
	sampler_free(machine->sampler);
	troubles_free(machine->troubles);
	json_free(machine->json);
	folder_remove(&machine->folder);
}

const struct sample *machine_take(struct machine *machine)
{
	const struct sample *sample;
	struct buf text = {0};

	if (!machine->sampler)
		machine->sampler = sampler_new(machine->folder.path, "/", machine->troubles);
	sample = sampler_take(machine->sampler, SAMPLER_ALL);
	sample_write(sample, &text);
	json_free(machine->json);
	machine->json = NULL;
	assert_int_equal(json_parse(text.data, text.len, &machine->json, NULL), ERR_NONE);
	buf_free(&text);
	return sample;
}

const struct json *machine_value(const struct machine *machine, const char *member, const char *key)
{
	const struct json *value = json_get(machine->json, member);

	assert_non_null(value);
	if (*key)
		value = json_get(value, key);
	assert_non_null(value);
	return json_is_null(value) ? NULL : value;
}

const char *machine_trouble(struct machine *machine, const char *metric)
{
	static char message[LIMIT_TROUBLE + 1];
	struct buf text = {0};
	struct json_out out = {.buf = &text};
	struct json *document = NULL;
	bool found = false;

	json_open(&out, '{');
	troubles_write(machine->troubles, &out, "troubles");
	json_close(&out, '}');
	assert_int_equal(json_parse(text.data, text.len, &document, NULL), ERR_NONE);
	for (const struct json *t = json_first(json_get(document, "troubles")); t; t = json_next(t)) {
		if (strcmp(json_text(json_get(t, "part")), "metric") != 0 ||
		    strcmp(json_text(json_get(t, "name")), metric) != 0)
			continue;
		snprintf(message, sizeof(message), "%s", json_text(json_get(t, "message")));
		found = true;
	}
	json_free(document);
	buf_free(&text);
	return found ? message : NULL;
}

void machine_remove(struct machine *machine, const char *file)
{
	assert_int_equal(remove(folder_path(&machine->folder, file)), 0);
}

static void make_folders(struct machine *machine, const char *file)
{
	char path[256];

	for (const char *slash = strchr(file, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "%.*s", (int)(slash - file), file);
		if (mkdir(folder_path(&machine->folder, path), 0700) < 0)
			assert_int_equal(errno, EEXIST);
	}
}

void machine_write(struct machine *machine, const char *file, const char *text)
{
	make_folders(machine, file);
	folder_write(&machine->folder, file, text);
}

void machine_replace(struct machine *machine, const char *file, const char *text)
{
	char from[256];

	snprintf(from, sizeof(from), "%s", folder_write(&machine->folder, "replacement", text));
	assert_int_equal(rename(from, folder_path(&machine->folder, file)), 0);
}
