/* Troubles by path. A few at a time, so they are a list. */
#include "reporter/logs/troubles.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

#define TROUBLES_MAX 500 /* who has more is told of these */

static struct trouble *find(const struct troubles *troubles, const char *path)
{
	for (size_t i = 0; i < troubles->count; i++)
		if (strcmp(troubles->items[i].path, path) == 0)
			return &troubles->items[i];
	return NULL;
}

static void release(struct trouble *trouble)
{
	free(trouble->path);
	free(trouble->error);
}

bool troubles_begin(struct troubles *troubles, const char *path, const char *error)
{
	struct trouble *known = find(troubles, path);

	if (known && strcmp(known->error, error) == 0)
		return false;
	if (!known && troubles->count == TROUBLES_MAX)
		return false;
	if (known) {
		free(known->error);
		known->error = mem_text(error);
		return true;
	}
	troubles->items = mem_resize(troubles->items, troubles->count + 1, sizeof(troubles->items[0]));
	troubles->items[troubles->count++] = (struct trouble){mem_text(path), mem_text(error)};
	return true;
}

bool troubles_end(struct troubles *troubles, const char *path, const char *error)
{
	struct trouble *known = find(troubles, path);

	if (!known || (error && strcmp(known->error, error) != 0))
		return false;
	release(known);
	*known = troubles->items[--troubles->count];
	return true;
}

void troubles_free(struct troubles *troubles)
{
	for (size_t i = 0; i < troubles->count; i++)
		release(&troubles->items[i]);
	free(troubles->items);
	*troubles = (struct troubles){0};
}
