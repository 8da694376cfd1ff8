/* Makes, fills and removes the temporary folders of tests. */
#include "tests/unit/reporter/folder.h"

#include "common/mem.h"
#include "tests/unit/cm.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void folder_make(struct folder *folder)
{
	snprintf(folder->path, sizeof(folder->path), "/tmp/p2pdash-unit-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
}

static int remove_one(const char *path, const struct stat *status, int flag, struct FTW *place)
{
	(void)status;
	(void)flag;
	(void)place;
	return remove(path);
}

void folder_remove(struct folder *folder)
{
	assert_int_equal(nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *folder_path(struct folder *folder, const char *name)
{
	snprintf(folder->scratch, sizeof(folder->scratch), "%s/%s", folder->path, name);
	return folder->scratch;
}

const char *folder_write(struct folder *folder, const char *name, const char *text)
{
	FILE *file = fopen(folder_path(folder, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(folder->scratch, 0600), 0);
	return folder->scratch;
}

void folder_read(struct folder *folder, const char *name, struct buf *out)
{
	FILE *file = fopen(folder_path(folder, name), "r");
	char piece[4096];
	size_t got;

	assert_non_null(file);
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_append(out, piece, got);
	fclose(file);
}

int folder_set_up(void **state)
{
	struct folder *folder = mem_alloc(1, sizeof(*folder));

	folder_make(folder);
	*state = folder;
	return 0;
}

int folder_tear_down(void **state)
{
	folder_remove(*state);
	free(*state);
	return 0;
}
