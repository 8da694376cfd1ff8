/*
 * What is wrong with which path, so that each trouble is logged once for as long as it lasts and not at every
 * look.
 */
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

/* Notes the trouble (copied). True if it has to be logged: before, nothing or something else was wrong with
 * the path. */
bool troubles_begin(struct troubles *troubles, const char *path, const char *error);

/* This trouble is over, or any with the path if `error` is NULL. True if there was one. */
bool troubles_end(struct troubles *troubles, const char *path, const char *error);

/* Frees what it holds and leaves it empty. */
void troubles_free(struct troubles *troubles);

#endif
