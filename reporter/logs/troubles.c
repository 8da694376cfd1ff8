/* A list of troubles by path, short enough to be searched from its start. */
#include "reporter/logs/troubles.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

#define TROUBLES_MAX 500 /* troubles beyond these are not noted, and so not logged */

static struct trouble *find(const struct troubles *troubles, const char *path)
{
	for (size_t i = 0; i < troubles->count; i++)
		if (strcmp(troubles->items[i].path, path) == 0)
			return &troubles->items[i];
	return NULL;
}

bool troubles_begin(struct troubles *troubles, const char *path, const char *error)
{
	struct trouble *known = find(troubles, path);

	if (known) {
		if (strcmp(known->error, error) == 0)
			return false;
		free(known->error);
		known->error = mem_text(error);
		return true;
	}
	if (troubles->count == TROUBLES_MAX)
		return false;
	troubles->items = mem_resize(troubles->items, troubles->count + 1, sizeof(troubles->items[0]));
	troubles->items[troubles->count++] = (struct trouble){mem_text(path), mem_text(error)};
	return true;
}

bool troubles_end(struct troubles *troubles, const char *path, const char *error)
{
	struct trouble *known = find(troubles, path);

	if (!known || (error && strcmp(known->error, error) != 0))
		return false;
	free(known->path);
	free(known->error);
	*known = troubles->items[--troubles->count];
	return true;
}

void troubles_free(struct troubles *troubles)
{
	for (size_t i = 0; i < troubles->count; i++) {
		free(troubles->items[i].path);
		free(troubles->items[i].error);
	}
	free(troubles->items);
	*troubles = (struct troubles){0};
}
