/* Files and bytes; which records are in them is spool.c's concern. */
#include "reporter/spool/segments.h"

#include "common/log.h"
#include "common/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX	    ".segment"
#define NAME_SIZE   40
#define NAME_FORMAT "%020" PRIu64 SUFFIX

static void path_of(const struct segments *segments, uint64_t number, const char *suffix, struct buf *out)
{
	buf_printf(out, "%s/" NAME_FORMAT "%s", segments->dir, number, suffix);
}

static enum err failed(const char *what, const char *path)
{
	log_error("spool", "cannot %s file=%s error=%s", what, path, strerror(errno));
	return ERR_SYSTEM;
}

static int open_segment(const struct segments *segments, uint64_t number, const char *suffix, int flags)
{
	struct buf path = {0};
	int fd;

	path_of(segments, number, suffix, &path);
	fd = open(path.data, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		(void)failed("open", path.data);
	buf_free(&path);
	return fd;
}

static void add(struct segments *segments, uint64_t number, uint64_t size)
{
	segments->items = mem_resize(segments->items, segments->count + 1, sizeof(*segments->items));
	segments->items[segments->count++] = (struct segment){.number = number, .size = size};
	segments->bytes += size;
}

static int by_number(const void *a, const void *b)
{
	const struct segment *left = a, *right = b;

	return (left->number > right->number) - (left->number < right->number);
}

enum err segments_find(struct segments *segments, const char *dir)
{
	DIR *folder = opendir(dir);
	const struct dirent *entry;

	if (!folder)
		return failed("read", dir);
	*segments = (struct segments){.dir = mem_text(dir), .tail = -1};
	while ((entry = readdir(folder))) {
		char name[NAME_SIZE];
		struct stat status;
		uint64_t number;

		if (sscanf(entry->d_name, "%20" SCNu64, &number) != 1)
			continue;
		snprintf(name, sizeof(name), NAME_FORMAT, number);
		if (strcmp(name, entry->d_name) != 0) /* one that was never finished, or not ours */
			continue;
		if (fstatat(dirfd(folder), name, &status, 0) == 0)
			add(segments, number, (uint64_t)status.st_size);
	}
	closedir(folder);
	if (segments->count)
		qsort(segments->items, segments->count, sizeof(*segments->items), by_number);
	return ERR_NONE;
}

void segments_close(struct segments *segments)
{
	if (segments->tail >= 0)
		close(segments->tail);
	free(segments->items);
	free(segments->dir);
	*segments = (struct segments){.tail = -1};
}

static enum err write_at(int fd, const char *data, size_t len, uint64_t offset)
{
	while (len) {
		ssize_t put = pwrite(fd, data, len, (off_t)offset);

		if (put < 0)
			return ERR_SYSTEM;
		data += put;
		len -= (size_t)put;
		offset += (uint64_t)put;
	}
	return ERR_NONE;
}

enum err segments_begin(struct segments *segments, const struct buf *text)
{
	uint64_t number = segments->count ? segments->items[segments->count - 1].number + 1 : 1;
	int fd = open_segment(segments, number, ".new", O_RDWR | O_CREAT | O_TRUNC);
	struct buf from = {0}, to = {0};
	enum err err = ERR_NONE;

	if (fd < 0)
		return ERR_SYSTEM;
	path_of(segments, number, ".new", &from);
	path_of(segments, number, "", &to);
	if (write_at(fd, text->data, text->len, 0) || rename(from.data, to.data) < 0)
		err = failed("write", from.data);
	buf_free(&from);
	buf_free(&to);
	if (err) {
		close(fd);
		return err;
	}
	if (segments->tail >= 0)
		close(segments->tail);
	segments->tail = fd;
	add(segments, number, text->len);
	return ERR_NONE;
}

enum err segments_resume(struct segments *segments)
{
	const struct segment *last = &segments->items[segments->count - 1];

	segments->tail = open_segment(segments, last->number, "", O_RDWR);
	if (segments->tail < 0)
		return ERR_SYSTEM;
	if (ftruncate(segments->tail, (off_t)last->size) < 0)
		return failed("cut", segments->dir);
	return ERR_NONE;
}

enum err segments_append(struct segments *segments, const struct buf *text)
{
	struct segment *last = &segments->items[segments->count - 1];

	if (write_at(segments->tail, text->data, text->len, last->size)) {
		int error = errno;

		/* If this fails too, the next append writes over it, and a restart cuts it off. */
		(void)!ftruncate(segments->tail, (off_t)last->size);
		errno = error;
		return ERR_SYSTEM;
	}
	last->size += text->len;
	segments->bytes += text->len;
	return ERR_NONE;
}

enum err segments_read(const struct segments *segments, const struct segment *segment, uint64_t offset,
		       size_t len, struct buf *out)
{
	int fd = open_segment(segments, segment->number, "", O_RDONLY);
	enum err err = ERR_NONE;

	if (fd < 0)
		return ERR_SYSTEM;
	if (offset + len > segment->size)
		len = (size_t)(segment->size - offset);
	buf_reserve(out, len);
	while (len && !err) {
		ssize_t got = pread(fd, out->data + out->len, len, (off_t)offset);

		if (got <= 0) {
			err = failed("read", segments->dir);
			break;
		}
		out->len += (size_t)got;
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	if (out->data)
		out->data[out->len] = '\0';
	close(fd);
	return err;
}

void segments_remove_first(struct segments *segments)
{
	struct buf path = {0};

	path_of(segments, segments->items[0].number, "", &path);
	if (unlink(path.data) < 0)
		(void)failed("remove", path.data);
	buf_free(&path);
	segments->bytes -= segments->items[0].size;
	segments->count--;
	memmove(segments->items, segments->items + 1, segments->count * sizeof(*segments->items));
}
