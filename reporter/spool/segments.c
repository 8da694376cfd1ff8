/*
 * Files and bytes of the spool. A new segment is written under another name and renamed, so a crash never
 * leaves half of one; which records stand in them is for the spool to know.
 */
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

/* Twenty digits hold any 64-bit number, and sort as text as they do as numbers. */
#define NAME_FORMAT "%020" PRIu64 ".segment"
#define NAME_SIZE   40
#define UNFINISHED  ".new"

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
	*segments = (struct segments){.dir = mem_text(dir), .last_fd = -1};
	while ((entry = readdir(folder))) {
		char name[NAME_SIZE];
		struct stat status;
		uint64_t number;

		if (sscanf(entry->d_name, "%20" SCNu64, &number) != 1)
			continue;
		/* The name must be exactly the one we give: anything else is unfinished, or somebody else's.
		 */
		snprintf(name, sizeof(name), NAME_FORMAT, number);
		if (strcmp(name, entry->d_name) == 0 && fstatat(dirfd(folder), name, &status, 0) == 0)
			add(segments, number, (uint64_t)status.st_size);
	}
	closedir(folder);
	if (segments->count)
		qsort(segments->items, segments->count, sizeof(*segments->items), by_number);
	return ERR_NONE;
}

void segments_close(struct segments *segments)
{
	if (segments->last_fd >= 0)
		close(segments->last_fd);
	free(segments->items);
	free(segments->dir);
	*segments = (struct segments){.last_fd = -1};
}

static enum err write_at(int fd, const struct buf *text, uint64_t offset)
{
	size_t written = 0;

	while (written < text->len) {
		ssize_t put =
			pwrite(fd, text->data + written, text->len - written, (off_t)(offset + written));

		if (put < 0)
			return ERR_SYSTEM;
		written += (size_t)put;
	}
	return ERR_NONE;
}

enum err segments_begin(struct segments *segments, const struct buf *text)
{
	uint64_t number = segments->count ? segments->items[segments->count - 1].number + 1 : 1;
	int fd = open_segment(segments, number, UNFINISHED, O_RDWR | O_CREAT | O_TRUNC);
	struct buf from = {0}, to = {0};
	enum err err = ERR_NONE;

	if (fd < 0)
		return ERR_SYSTEM;
	path_of(segments, number, UNFINISHED, &from);
	path_of(segments, number, "", &to);
	if (write_at(fd, text, 0) != ERR_NONE || rename(from.data, to.data) < 0) {
		err = failed("write", from.data);
		close(fd);
		goto out;
	}
	if (segments->last_fd >= 0)
		close(segments->last_fd);
	segments->last_fd = fd;
	add(segments, number, text->len);
out:
	buf_free(&from);
	buf_free(&to);
	return err;
}

enum err segments_resume(struct segments *segments)
{
	const struct segment *last = &segments->items[segments->count - 1];

	segments->last_fd = open_segment(segments, last->number, "", O_RDWR);
	if (segments->last_fd < 0)
		return ERR_SYSTEM;
	if (ftruncate(segments->last_fd, (off_t)last->size) < 0)
		return failed("cut", segments->dir);
	return ERR_NONE;
}

enum err segments_append(struct segments *segments, const struct buf *text)
{
	struct segment *last = &segments->items[segments->count - 1];

	if (write_at(segments->last_fd, text, last->size) != ERR_NONE) {
		int error = errno;

		/* If this fails too, the next append writes over it, and a restart cuts it off. */
		(void)!ftruncate(segments->last_fd, (off_t)last->size);
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
	for (size_t done = 0; done < len;) {
		ssize_t got = pread(fd, out->data + out->len, len - done, (off_t)(offset + done));

		if (got <= 0) {
			err = failed("read", segments->dir);
			break;
		}
		out->len += (size_t)got;
		done += (size_t)got;
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
