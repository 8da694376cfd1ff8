/*
 * The files that are configured to hold certificates: found, and read again when they have changed. What a
 * certificate says is for certificate.c, and which files may be opened for safe_open.c.
 *
 * A certificate must not vanish without a word. So a path that cannot be read stays in the list with its
 * error: one that is written out in the configuration always, and one that a pattern named as soon as it held
 * a certificate, also when it is deleted and the pattern does not name it any more. A pattern may name keys
 * and texts beside the certificates; these are no errors.
 */
#include "reporter/certificates/certificates.h"

#include "common/json.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/mem.h"
#include "reporter/base/safe_open.h"
#include "reporter/base/troubles.h"
#include "reporter/certificates/certificate.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char NO_FILE[] = "there is no such file yet";

#define FILE_MAX_BYTES	(1024 * 1024)
#define READ_SIZE_BYTES ((size_t)16 * 1024)

struct file {
	char *path;
	bool by_pattern;       /* a pattern named it, and not the configuration itself */
	bool held;	       /* it held a certificate once */
	struct stat seen;      /* nothing is read again while this stays the same */
	struct reason problem; /* what was wrong at the last look, "" if nothing */
	int64_t since_ms;      /* when that began, wall clock */
	struct certificate_set set;
};

struct files {
	struct file *items;
	size_t count;
};

struct certificates {
	const struct config_list *paths;
	struct troubles *troubles;
	struct files files; /* in the order of the paths, behind them what no path names any more */
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
	else if (set->container)
		err = reason_set(why, ERR_INVALID, "%s is not read: name a PEM or DER file", set->container);
	else if (set->count == 0)
		err = reason_set(why, ERR_NOT_FOUND, "no certificate in it");
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

/* Whether a pattern named a file without certificates that was never meant to hold one. */
static bool is_something_else(const struct file *file)
{
	static const char *const ENDINGS[] = {".pem", ".crt", ".cer", ".der"};
	const char *ending = strrchr(file->path, '.');

	if (!file->by_pattern || file->held)
		return false;
	for (size_t i = 0; ending && i < sizeof(ENDINGS) / sizeof(ENDINGS[0]); i++)
		if (strcasecmp(ending, ENDINGS[i]) == 0)
			return file->set.others > 0; /* as a key.pem */
	return true;
}

/* Opens the file each time, since the way to it may have changed; reads it only if it has changed itself. */
static void file_look(struct file *file, struct troubles *troubles, int64_t now_ms)
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
	if (fd >= 0) {
		err = read_certificates(file, fd, &why);
		close(fd);
		if (err == ERR_NOT_FOUND && is_something_else(file))
			err = ERR_NONE;
	}
	file->held |= file->set.count > 0;
	if (err == ERR_NONE) {
		*file->problem.text = '\0';
		if (troubles_end(troubles, TROUBLE_CERTIFICATE, file->path, NULL))
			log_info("certificates", "can be read now path=%s", file->path);
		return;
	}
	if (*file->problem.text == '\0')
		file->since_ms = now_ms;
	file->problem = why;
	if (troubles_begin(troubles, TROUBLE_CERTIFICATE, file->path, why.text))
		log_warning("certificates", "cannot read the file path=%s error=\"%s\"", file->path,
			    why.text);
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

/* One look at all of the files. */
struct look {
	struct certificates *certificates;
	struct files old; /* what was known before; what is known on is taken out */
	int64_t now_ms;
};

/* Looks at the file and adds it at the end of the new list, with what was known of it. */
static void add_path(struct look *look, const char *path, bool by_pattern)
{
	struct files *files = &look->certificates->files;
	struct file *known, file = {.by_pattern = by_pattern};

	if (files_find(files, path) || files->count >= LIMIT_CERTIFICATES_A_NODE)
		return;
	known = files_find(&look->old, path);
	if (known) {
		file = *known;
		*known = (struct file){0};
	} else {
		file.path = mem_text(path);
	}
	file_look(&file, look->certificates->troubles, look->now_ms);
	files->items = mem_resize(files->items, files->count + 1, sizeof(files->items[0]));
	files->items[files->count++] = file;
}

/* Looks at what the configuration names, and at what held a certificate and is not named any more. */
static void look_at_all(struct look *look)
{
	const struct config_list *paths = look->certificates->paths;
	struct troubles *troubles = look->certificates->troubles;

	for (size_t i = 0; i < paths->count; i++) {
		bool by_pattern = strpbrk(paths->items[i], "*?[") != NULL;
		glob_t found = {0};

		/* A path without wildcards is found even if there is no such file. */
		if (glob(paths->items[i], GLOB_NOMAGIC, NULL, &found) != 0)
			troubles_begin(troubles, TROUBLE_CERTIFICATE, paths->items[i], NO_FILE);
		else
			troubles_end(troubles, TROUBLE_CERTIFICATE, paths->items[i], NO_FILE);
		for (size_t j = 0; j < found.gl_pathc; j++)
			add_path(look, found.gl_pathv[j], by_pattern);
		globfree(&found);
	}
	for (size_t i = 0; i < look->old.count; i++) {
		struct file *file = &look->old.items[i];
		if (file->path && file->held)
			add_path(look, file->path, true);
		else if (file->path)
			troubles_end(troubles, TROUBLE_CERTIFICATE, file->path, NULL);
	}
}

size_t certificates_write(struct certificates *certificates, struct buf *out, const char *node,
			  int64_t now_ms)
{
	struct look look = {certificates, certificates->files, now_ms};
	struct json_out json = {.buf = out};
	size_t written = 0;

	certificates->files = (struct files){0};
	look_at_all(&look);
	files_free(&look.old);
	json_open(&json, '[');
	for (size_t i = 0; i < certificates->files.count; i++) {
		const struct file *file = &certificates->files.items[i];

		if (*file->problem.text && written < LIMIT_CERTIFICATES_A_NODE) {
			certificate_write_error(&json, node, file->path, file->problem.text, file->since_ms);
			written++;
		}
		for (size_t j = 0; j < file->set.count && written < LIMIT_CERTIFICATES_A_NODE; j++) {
			certificate_write(&json, &file->set, j, node, file->path, now_ms);
			written++;
		}
	}
	json_close(&json, ']');
	return written;
}

struct certificates *certificates_new(const struct config_list *paths, struct troubles *troubles)
{
	struct certificates *certificates = mem_alloc(1, sizeof(*certificates));

	certificates->paths = paths;
	certificates->troubles = troubles;
	return certificates;
}

void certificates_free(struct certificates *certificates)
{
	if (!certificates)
		return;
	files_free(&certificates->files);
	free(certificates);
}
