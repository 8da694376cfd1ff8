/*
 * The files that are configured to hold certificates: found, read again when they have changed, and told once
 * when something is wrong with them. What a certificate says is for certificate.c.
 */
#include "reporter/certificates.h"

#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/certificate.h"

#include <errno.h>
#include <fcntl.h>
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
	struct stat seen; /* nothing is read again while this stays the same */
	int error;	  /* errno of the last look; 0: it could be read */
	struct certificate_set *set;
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

static void file_free(struct file *file)
{
	certificate_set_free(file->set);
	free(file->path);
}

/* The whole file; 0 or the errno that says why not. Opening never waits: a FIFO holds no certificate. */
static int read_bytes(const char *path, struct buf *out)
{
	int error = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got = 1;

	if (fd < 0)
		return errno;
	while (got > 0 && out->len <= FILE_MAX_BYTES) {
		buf_reserve(out, READ_SIZE_BYTES);
		got = read(fd, out->data + out->len, READ_SIZE_BYTES);
		if (got > 0)
			out->len += (size_t)got;
	}
	if (got < 0)
		error = errno;
	else if (out->len > FILE_MAX_BYTES)
		error = EFBIG;
	close(fd);
	return error;
}

static int read_certificates(struct file *file)
{
	struct buf data = {0};
	int error = read_bytes(file->path, &data);

	if (error == 0)
		file->set = certificate_set_read(data.data, data.len);
	if (data.data)
		explicit_bzero(data.data, data.len); /* a key may stand beside its certificate */
	buf_free(&data);
	return error;
}

static bool is_same(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       is_same(a->st_mtim, b->st_mtim) && is_same(a->st_ctim, b->st_ctim);
}

/* Reads the file if it is new or has changed, and says what is wrong with it then. */
static void file_look(struct file *file, bool is_new)
{
	struct stat now = {0};
	int error = stat(file->path, &now) == 0 ? 0 : errno;

	if (error == 0 && !S_ISREG(now.st_mode))
		error = S_ISDIR(now.st_mode) ? EISDIR : EINVAL;
	if (!is_new && is_unchanged(&now, &file->seen) && (error == 0 || error == file->error))
		return;
	certificate_set_free(file->set);
	file->set = NULL;
	file->seen = now;
	file->error = error ? error : read_certificates(file);
	if (file->error)
		log_warning("certificates", "cannot read the file path=%s error=\"%s\"", file->path,
			    strerror(file->error));
	else if (certificate_set_count(file->set) == 0)
		log_warning("certificates", "no certificate in the file path=%s", file->path);
}

/* --- all of them -------------------------------------------------------------------------------- */

static struct file *files_find(struct files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++)
		if (files->items[i].path && strcmp(files->items[i].path, path) == 0)
			return &files->items[i];
	return NULL;
}

static void files_free(struct files *files)
{
	for (size_t i = 0; i < files->count; i++)
		file_free(&files->items[i]);
	free(files->items);
}

/* Moves the file from `old`, or makes it, at the end of `files`. */
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
	file_look(&file, !known);
	files->items = mem_resize(files->items, files->count + 1, sizeof(files->items[0]));
	files->items[files->count++] = file;
}

/* A path without wildcards stands for itself even when there is nothing, so that this is told. */
static void find_files(struct certificates *certificates)
{
	struct files old = certificates->files;

	certificates->files = (struct files){0};
	for (size_t i = 0; i < certificates->paths->count; i++) {
		glob_t found = {0};

		if (glob(certificates->paths->items[i], GLOB_NOMAGIC, NULL, &found) == 0)
			for (size_t j = 0; j < found.gl_pathc; j++)
				add_path(&certificates->files, &old, found.gl_pathv[j]);
		globfree(&found);
	}
	files_free(&old);
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

size_t certificates_write(struct certificates *certificates, struct buf *out, const char *node,
			  int64_t now_ms)
{
	struct json_out json = {.buf = out};
	size_t written = 0;

	find_files(certificates);
	json_open(&json, '[');
	for (size_t i = 0; i < certificates->files.count; i++) {
		const struct file *file = &certificates->files.items[i];

		for (size_t j = 0;
		     j < certificate_set_count(file->set) && written < LIMIT_CERTIFICATES_A_NODE;
		     j++, written++)
			certificate_write(&json, file->set, j, node, file->path, now_ms);
	}
	json_close(&json, ']');
	return written;
}
