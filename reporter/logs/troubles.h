/* What is wrong with which path: each is logged once for as long as it lasts, not at every look. */
#ifndef REPORTER_LOGS_TROUBLES_H
#define REPORTER_LOGS_TROUBLES_H

#include <stdbool.h>
#include <stddef.h>

struct trouble {
	char *path, *error;
};

/* A zeroed struct has none. */
struct troubles {
	struct trouble *items;
	size_t count;
};

/* Notes it. True if it has to be told: nothing, or something else, was wrong with the path before. */
bool troubles_begin(struct troubles *troubles, const char *path, const char *error);

/* It is over: this error, or any if it is NULL. True if there was one. */
bool troubles_end(struct troubles *troubles, const char *path, const char *error);

void troubles_free(struct troubles *troubles); /* what it holds, not the struct */

#endif
