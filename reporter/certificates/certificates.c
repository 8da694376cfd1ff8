/*
 * The files that are configured to hold certificates: found, read again when they have changed, and reported
 * in the log once when something is wrong with them. What a certificate says is for certificate.c, and which
 * files may be opened for safe_open.c.
 */
#include "reporter/certificates/certificates.h"

#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/safe_open.h"
#include "reporter/certificates/certificate.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES	(1024 * 1024)
#define READ_SIZE_BYTES ((size_t)16 * 1024)

struct file {
	char *path;
	struct stat seen;      /* nothing is read again while this stays the same */
	struct reason problem; /* what was wrong at the last look, "" if nothing */
	struct certificate_set set;
};

struct files {
	struct file *items;
	size_t count;
};

struct certificates {
	const struct config_list *paths;
	struct files files; /* in the order of the paths */
};

/* --- one file ----------------------------------------------------------------------------------- */

/* The whole of an open file. */
static enum err read_bytes(int fd, struct buf *out, struct reason *why)
{
	ssize_t got = 1;

	while (got > 0 && out->len <= FILE_MAX_BYTES) {
		buf_reserve(out, READ_SIZE_BYTES);
		got = read(fd, out->data + out->len, READ_SIZE_BYTES);
		if (got > 0)
			out->len += (size_t)got;
	}
	if (got < 0)
		return reason_set(why, ERR_SYSTEM, "%s", strerror(errno));
	if (out->len > FILE_MAX_BYTES)
		return reason_set(why, ERR_TOO_LARGE, "%s", strerror(EFBIG));
	return ERR_NONE;
}

/* Replaces the file's set. What can be read is kept, even if not all of it can. */
static enum err read_certificates(struct file *file, int fd, struct reason *why)
{
	struct certificate_set *set = &file->set;
	struct buf data = {0};
	enum err err = read_bytes(fd, &data, why);

	if (err != ERR_NONE)
		goto out;
	certificate_set_read(data.data, data.len, set);
	if (set->damaged)
		err = reason_set(why, ERR_INVALID, "%zu of %zu certificates in it damaged", set->damaged,
				 set->count + set->damaged);
	else if (set->count == 0)
		err = reason_set(why, ERR_INVALID, "no certificate in it");
out:
	if (data.data)
		explicit_bzero(data.data, data.len); /* a key may stand beside its certificate */
	buf_free(&data);
	return err;
}

static bool is_unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Opens the file each time, since the way to it may have changed; reads it only if it has changed itself. */
static void file_look(struct file *file)
{
	struct reason why = {0};
	struct stat now = {0};
	int fd = -1;
	enum err err = safe_open(file->path, &fd, &now, &why);

	if (err == ERR_NONE && is_unchanged(&now, &file->seen)) {
		close(fd);
		return;
	}
	certificate_set_free(&file->set);
	file->seen = now;
	if (err == ERR_NONE) {
		err = read_certificates(file, fd, &why);
		close(fd);
	}
	if (err == ERR_NONE)
		*why.text = '\0';
	else if (strcmp(why.text, file->problem.text) != 0)
		log_warning("certificates", "cannot read the file path=%s error=\"%s\"", file->path,
			    why.text);
	file->problem = why;
}

/* --- all of them -------------------------------------------------------------------------------- */

static struct file *files_find(struct files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++) {
		if (files->items[i].path && strcmp(files->items[i].path, path) == 0)
			return &files->items[i];
	}
	return NULL;
}

static void files_free(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		certificate_set_free(&files->items[i].set);
		free(files->items[i].path);
	}
	free(files->items);
}

/* Looks at the file and adds it at the end of `files`, with what is known of it in `old`. */
static void add_path(struct files *files, struct files *old, const char *path)
{
	struct file *known, file = {0};

	if (files_find(files, path) || files->count >= LIMIT_CERTIFICATES_A_NODE)
		return;
	known = files_find(old, path);
	if (known) {
		file = *known;
		*known = (struct file){0};
	} else {
		file.path = mem_text(path);
	}
	file_look(&file);
	files->items = mem_resize(files->items, files->count + 1, sizeof(files->items[0]));
	files->items[files->count++] = file;
}

size_t certificates_write(struct certificates *certificates, struct buf *out, const char *node,
			  int64_t now_ms)
{
	struct json_out json = {.buf = out};
	struct files old = certificates->files, *files = &certificates->files;
	size_t written = 0;

	*files = (struct files){0};
	for (size_t i = 0; i < certificates->paths->count; i++) {
		glob_t found = {0};

		/* A path without wildcards is found even if there is no such file, so that this is logged. */
		if (glob(certificates->paths->items[i], GLOB_NOMAGIC, NULL, &found) == 0) {
			for (size_t j = 0; j < found.gl_pathc; j++)
				add_path(files, &old, found.gl_pathv[j]);
		}
		globfree(&found);
	}
	files_free(&old);
	json_open(&json, '[');
	for (size_t i = 0; i < files->count; i++) {
		const struct file *file = &files->items[i];

		for (size_t j = 0; j < file->set.count && written < LIMIT_CERTIFICATES_A_NODE; j++) {
			certificate_write(&json, &file->set, j, node, file->path, now_ms);
			written++;
		}
	}
	json_close(&json, ']');
	return written;
}

struct certificates *certificates_new(const struct config_list *paths)
{
	struct certificates *certificates = mem_alloc(1, sizeof(*certificates));

	certificates->paths = paths;
	return certificates;
}

void certificates_free(struct certificates *certificates)
{
	if (!certificates)
		return;
	files_free(&certificates->files);
	free(certificates);
}
