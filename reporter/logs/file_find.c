/* Looking for log files by name. Opens none of them. */
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

static bool ends_with(const char *path, const char *suffix)
{
	size_t len = strlen(path), suffix_len = strlen(suffix);

	return len >= suffix_len && strcmp(path + len - suffix_len, suffix) == 0;
}

static bool is_compressed(const char *path)
{
	for (size_t i = 0; i < sizeof(COMPRESSED) / sizeof(COMPRESSED[0]); i++)
		if (ends_with(path, COMPRESSED[i]))
			return true;
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

static int compare(long long a, long long b)
{
	return a < b ? -1 : a > b;
}

/* By time; of two within one tick of the clock the one with the higher number is the older. */
static int by_age(const void *left, const void *right)
{
	const struct found_file *a = left, *b = right;
	int order = compare(a->stat.st_mtim.tv_sec, b->stat.st_mtim.tv_sec);

	if (order == 0)
		order = compare(a->stat.st_mtim.tv_nsec, b->stat.st_mtim.tv_nsec);
	return order ? order : -strverscmp(a->path, b->path);
}

/* Where in a rotated file's path the number begins that rotation put behind its name; 0 if it is none. */
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

static void find_rotated_of(struct found_files *out, const char *pattern)
{
	struct buf rotated = {0};
	glob_t found = {0};

	buf_printf(&rotated, "%s%s", pattern, ROTATED_SUFFIX);
	if (glob(rotated.data, GLOB_NOSORT, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			size_t len = origin_len(found.gl_pathv[i], pattern);

			if (len > 0 && !is_compressed(found.gl_pathv[i]))
				add(out, found.gl_pathv[i], len);
		}
	}
	globfree(&found);
	buf_free(&rotated);
}

void file_find_rotated(struct found_files *out, const struct config_list *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		find_rotated_of(out, patterns->items[i]);
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
