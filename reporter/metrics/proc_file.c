/*
 * Files of /proc that stay open. The descriptor is a cache of the path, and like every cache it must not
 * outlive what it stands for: when lxcfs is mounted anew over proc/meminfo, the old descriptor goes on to
 * answer, for ever with an error or with the numbers of the machine below. What a path leads to is known by
 * device and inode.
 */
#include "reporter/metrics/proc_file.h"

#include "common/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_BYTES (16 * 1024)

void proc_file_init(struct proc_file *file, const char *root, const char *name)
{
	struct buf path = {0};

	buf_printf(&path, "%s%s", root, name);
	*file = (struct proc_file){.name = name, .path = buf_steal(&path), .fd = -1};
}

static void close_file(struct proc_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

void proc_file_free(struct proc_file *file)
{
	close_file(file);
	free(file->path);
	file->path = NULL;
}

static enum err open_file(struct proc_file *file, struct reason *why)
{
	struct stat status;

	file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &status) < 0) {
		enum err err = reason_set(why, ERR_SYSTEM, "%s: %s", file->name, strerror(errno));

		close_file(file);
		return err;
	}
	file->device = status.st_dev;
	file->inode = status.st_ino;
	return ERR_NONE;
}

static bool was_replaced(const struct proc_file *file)
{
	struct stat status;

	return stat(file->path, &status) < 0 || status.st_dev != file->device || status.st_ino != file->inode;
}

static enum err read_open(const struct proc_file *file, struct buf *text, struct reason *why)
{
	buf_clear(text);
	for (;;) {
		ssize_t got;

		buf_reserve(text, STEP_BYTES);
		got = pread(file->fd, text->data + text->len, STEP_BYTES, (off_t)text->len);
		if (got < 0)
			return reason_set(why, ERR_SYSTEM, "%s: %s", file->name, strerror(errno));
		if (got == 0)
			break;
		text->len += (size_t)got;
		if (text->len > PROC_FILE_MAX)
			return reason_set(why, ERR_TOO_LARGE, "%s is larger than %d MiB", file->name,
					  PROC_FILE_MAX / (1024 * 1024));
	}
	text->data[text->len] = '\0';
	if (text->data[strspn(text->data, " \t\n")] == '\0')
		return reason_set(why, ERR_MALFORMED, "%s is empty", file->name);
	return ERR_NONE;
}

enum err proc_file_read(struct proc_file *file, struct buf *text, bool compare, struct reason *why)
{
	enum err err;

	if (file->fd >= 0 && compare && was_replaced(file))
		close_file(file);
	if (file->fd >= 0) {
		err = read_open(file, text, why);
		if (err == ERR_NONE)
			return ERR_NONE;
		close_file(file);
	}
	err = open_file(file, why);
	if (err != ERR_NONE)
		return err;
	err = read_open(file, text, why);
	if (err != ERR_NONE)
		close_file(file);
	return err;
}
