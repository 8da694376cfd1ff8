/* Looks for log files by name, and knows how rotation names them. Opens none of them. */
#include "reporter/logs/file_find.h"

#include "common/buf.h"
#include "common/mem.h"

#include <ctype.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define ROTATED_SUFFIX "[.-][0-9]*"

static const char *const COMPRESSED[] = {".gz", ".xz", ".bz2", ".zst", ".lz4", ".Z", ".zip"};

static bool is_compressed(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(COMPRESSED) / sizeof(COMPRESSED[0]); i++) {
		size_t suffix_len = strlen(COMPRESSED[i]);

		if (len >= suffix_len && strcmp(path + len - suffix_len, COMPRESSED[i]) == 0)
			return true;
	}
	return false;
}

static void add(struct found_files *files, const char *path, size_t origin_len)
{
	struct stat file;

	if (stat(path, &file) < 0)
		return;
	files->items = mem_resize(files->items, files->count + 1, sizeof(files->items[0]));
	files->items[files->count++] = (struct found_file){mem_text(path), mem_copy(path, origin_len), file};
}

bool file_find(struct found_files *out, const char *pattern)
{
	glob_t found = {0};
	bool any = glob(pattern, 0, NULL, &found) == 0;

	for (size_t i = 0; any && i < found.gl_pathc; i++)
		add(out, found.gl_pathv[i], strlen(found.gl_pathv[i]));
	globfree(&found);
	return any;
}

/* By the time of the last write. Of two files within one tick of the clock the one with the higher number is
 * older. */
static int by_age(const void *left, const void *right)
{
	const struct found_file *a = left, *b = right;
	const struct timespec *x = &a->stat.st_mtim, *y = &b->stat.st_mtim;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	if (x->tv_nsec != y->tv_nsec)
		return x->tv_nsec < y->tv_nsec ? -1 : 1;
	return -strverscmp(a->path, b->path);
}

/*
 * The length of the path that a rotated file had before: what is left without the number that rotation put
 * behind the name must fit the pattern. 0 if nothing does, so the file only looks rotated.
 */
static size_t origin_len(const char *path, const char *pattern)
{
	const char *name = strrchr(path, '/');

	for (const char *at = name ? name + 1 : path; *at; at++) {
		char *origin;
		bool fits;

		if ((*at != '.' && *at != '-') || !isdigit((unsigned char)at[1]))
			continue;
		origin = mem_copy(path, (size_t)(at - path));
		fits = fnmatch(pattern, origin, FNM_PATHNAME) == 0;
		free(origin);
		if (fits)
			return (size_t)(at - path);
	}
	return 0;
}

void file_find_rotated(struct found_files *out, const struct config_list *patterns)
{
	for (size_t i = 0; i < patterns->count; i++) {
		struct buf rotated = {0};
		glob_t found = {0};
		bool any;

		buf_printf(&rotated, "%s" ROTATED_SUFFIX, patterns->items[i]);
		any = glob(rotated.data, GLOB_NOSORT, NULL, &found) == 0;
		for (size_t j = 0; any && j < found.gl_pathc; j++) {
			size_t len = origin_len(found.gl_pathv[j], patterns->items[i]);

			if (len > 0 && !is_compressed(found.gl_pathv[j]))
				add(out, found.gl_pathv[j], len);
		}
		globfree(&found);
		buf_free(&rotated);
	}
	if (out->count > 1)
		qsort(out->items, out->count, sizeof(out->items[0]), by_age);
}

void found_files_free(struct found_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->items[i].path);
		free(files->items[i].origin);
	}
	free(files->items);
	*files = (struct found_files){0};
}
