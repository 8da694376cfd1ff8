/* A folder that belongs to one test, under /tmp, and files in it. */
#ifndef TESTS_UNIT_REPORTER_FOLDER_H
#define TESTS_UNIT_REPORTER_FOLDER_H

#include "common/buf.h"

struct folder {
	char path[64];
	char scratch[256];
};

void folder_make(struct folder *folder);
void folder_remove(struct folder *folder); /* with everything in it */

/* For cmocka: each test gets a folder as its state. */
int folder_set_up(void **state);
int folder_tear_down(void **state);

/* The path of a file in it, valid until the next call; folder_write makes the file (mode 0600) first. */
const char *folder_path(struct folder *folder, const char *name);
const char *folder_write(struct folder *folder, const char *name, const char *text);

/* Appends the file's contents to *out. */
void folder_read(struct folder *folder, const char *name, struct buf *out);

#endif
