/*
 * Small files, replaced by rename. It does not know what is in them.
 *
 * The reporter must survive a power cut in the middle of a write: a position that is half a number, or a
 * ledger that lost its last line, would send log lines twice or run a command again. Writing into the file
 * itself cannot be made safe, because what is on the disk after a crash is any part of the old and the new
 * text. So a fresh file is written beside it and flushed, and only then renamed over the old one. rename(2)
 * is atomic: a reader sees the old file or the new one, and never the name of nothing. The order is what must
 * stay true. Without the flush before the rename, some file systems keep the new name and lose the new
 * contents.
 *
 * The directory itself is not flushed: if the rename is lost in a crash, the old file is there and whole, and
 * that is all its owners rely on.
 *
 * The lock is flock's, on a file that is never removed. The kernel drops it when the process ends, in
 * whatever way; a file with a process id in it would have to be judged after a crash.
 */
#include "reporter/base/state_dir.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCE "instance"
#define LOCK	 "lock"

enum err state_dir_make(const char *dir, struct reason *why)
{
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return reason_set(why, ERR_SYSTEM, "state_dir %s cannot be made: %s", dir, strerror(errno));
	if (access(dir, W_OK | X_OK) < 0)
		return reason_set(why, ERR_SYSTEM, "state_dir %s cannot be written: %s", dir,
				  strerror(errno));
	return ERR_NONE;
}

enum err state_dir_open(const char *dir, int *lock, struct reason *why)
{
	struct buf path = {0};
	enum err err = state_dir_make(dir, why);
	int fd;

	if (err != ERR_NONE)
		return err;
	state_dir_path(dir, LOCK, &path);
	fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		err = reason_set(why, ERR_SYSTEM, "%s cannot be written: %s", path.data, strerror(errno));
		goto out;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		err = reason_set(why, ERR_CONFLICT, "another reporter holds %s", path.data);
		goto out;
	}
	*lock = fd;
out:
	buf_free(&path);
	return err;
}

void state_dir_path(const char *dir, const char *name, struct buf *out)
{
	buf_printf(out, "%s/%s", dir, name);
}

/* Reads the whole file or fails: its owner would take a part of it for all that there is. errno says what
 * failed. */
static enum err read_all(int fd, struct buf *out)
{
	ssize_t got;

	do {
		buf_reserve(out, 4096);
		got = read(fd, out->data + out->len, 4096);
		if (got < 0)
			return ERR_SYSTEM;
		out->len += (size_t)got;
		out->data[out->len] = '\0';
		if (out->len > STATE_FILE_MAX) {
			errno = EFBIG;
			return ERR_TOO_LARGE;
		}
	} while (got > 0);
	return ERR_NONE;
}

enum err state_dir_read(const char *dir, const char *name, struct buf *out)
{
	struct buf path = {0}, text = {0};
	enum err err;
	int fd;

	state_dir_path(dir, name, &path);
	fd = open(path.data, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
		goto out;
	}
	err = read_all(fd, &text);
	if (err != ERR_NONE)
		goto out;
	buf_append(out, buf_string(&text), text.len);
out:
	if (err == ERR_SYSTEM || err == ERR_TOO_LARGE)
		log_error("state_dir", "cannot read file=%s error=%s", path.data, strerror(errno));
	if (fd >= 0)
		close(fd);
	buf_free(&text);
	buf_free(&path);
	return err;
}

/* Writes a fresh file and flushes it to the disk; errno says what failed. */
static enum err write_durably(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool written;

	if (fd < 0)
		return ERR_SYSTEM;
	written = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	close(fd);
	return written ? ERR_NONE : ERR_SYSTEM;
}

enum err state_dir_write(const char *dir, const char *name, const char *text, size_t len)
{
	struct buf path = {0}, fresh = {0};
	enum err err;

	state_dir_path(dir, name, &path);
	buf_printf(&fresh, "%s.new", path.data);
	err = write_durably(fresh.data, text, len);
	if (err != ERR_NONE)
		goto out;
	if (rename(fresh.data, path.data) < 0)
		err = ERR_SYSTEM;
out:
	if (err != ERR_NONE)
		log_error("state_dir", "cannot write file=%s error=%s", path.data, strerror(errno));
	buf_free(&fresh);
	buf_free(&path);
	return err;
}

enum err state_dir_instance(const char *dir, char out[ID_RANDOM_SIZE])
{
	struct buf text = {0};
	char id[ID_RANDOM_SIZE];
	enum err err = state_dir_read(dir, INSTANCE, &text);

	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		goto out;
	if (err == ERR_NONE && text.len == sizeof(id) - 1 && id_is_node(text.data)) {
		memcpy(out, text.data, sizeof(id));
		goto out;
	}
	id_random(id); /* there is no name yet, or what is there is not a name */
	err = state_dir_write(dir, INSTANCE, id, sizeof(id) - 1);
	if (err != ERR_NONE)
		goto out;
	memcpy(out, id, sizeof(id));
out:
	buf_free(&text);
	return err;
}
