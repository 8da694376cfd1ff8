/* Small files, replaced by rename. What is in them is their owners' concern. */
#include "reporter/base/state_dir.h"

#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCE "instance"
#define LOCK	 "lock"

static enum err lock_file(const char *path, int *lock, struct reason *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return reason_set(why, ERR_SYSTEM, "%s cannot be written: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return reason_set(why, ERR_CONFLICT, "another reporter holds %s", path);
	}
	*lock = fd;
	return ERR_NONE;
}

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

	if (err)
		return err;
	state_dir_path(dir, LOCK, &path);
	err = lock_file(path.data, lock, why);
	buf_free(&path);
	return err;
}

void state_dir_path(const char *dir, const char *name, struct buf *out)
{
	buf_printf(out, "%s/%s", dir, name);
}

/* The whole file or an error: a part of it would be taken for all that there is. */
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
	if (fd < 0)
		err = errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
	else
		err = read_all(fd, &text);
	if (err && err != ERR_NOT_FOUND)
		log_error("state", "cannot read file=%s error=%s", path.data, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (!err)
		buf_append(out, buf_string(&text), text.len);
	buf_free(&text);
	buf_free(&path);
	return err;
}

/* Writes and makes durable; errno says what failed. */
static enum err write_durably(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum err err = ERR_NONE;

	if (fd < 0)
		return ERR_SYSTEM;
	if (write(fd, text, len) != (ssize_t)len || fsync(fd) < 0)
		err = ERR_SYSTEM;
	close(fd);
	return err;
}

enum err state_dir_write(const char *dir, const char *name, const char *text, size_t len)
{
	struct buf path = {0}, fresh = {0};
	enum err err;

	state_dir_path(dir, name, &path);
	buf_printf(&fresh, "%s.new", path.data);
	err = write_durably(fresh.data, text, len);
	if (!err && rename(fresh.data, path.data) < 0)
		err = ERR_SYSTEM;
	if (err)
		log_error("state", "cannot write file=%s error=%s", path.data, strerror(errno));
	buf_free(&fresh);
	buf_free(&path);
	return err;
}

enum err state_dir_instance(const char *dir, char out[ID_RANDOM_SIZE])
{
	struct buf text = {0};
	char id[ID_RANDOM_SIZE];
	enum err err = state_dir_read(dir, INSTANCE, &text);

	if (!err && text.len == ID_RANDOM_SIZE - 1 && id_is_node(text.data)) {
		memcpy(out, text.data, ID_RANDOM_SIZE);
	} else if (!err || err == ERR_NOT_FOUND) {
		id_random(id);
		err = state_dir_write(dir, INSTANCE, id, sizeof(id) - 1);
		if (!err)
			memcpy(out, id, sizeof(id));
	}
	buf_free(&text);
	return err;
}
