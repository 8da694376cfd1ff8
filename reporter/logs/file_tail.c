/*
 * A log file that is read line by line from where it was left. Knows nothing of directories, of the names
 * that rotation gives, or of what a line says.
 */
#include "reporter/logs/file_tail.h"

#include "reporter/base/safe_open.h"
#include "reporter/logs/utf16.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE_BYTES = 64 * 1024 };

/* FNV-1a, 64 bits: it has to tell files apart, not to resist anybody. */
static uint64_t digest_of(const unsigned char *bytes, size_t len)
{
	uint64_t digest = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		digest = (digest ^ bytes[i]) * 0x100000001b3;
	return digest;
}

/* The same idea eight bytes at a time, because it is asked for with every line. */
static uint64_t digest_of_end(const unsigned char end[FILE_END_MAX])
{
	uint64_t digest = 0xcbf29ce484222325;

	for (size_t i = 0; i < FILE_END_MAX; i += sizeof(digest)) {
		uint64_t word;

		memcpy(&word, end + i, sizeof(word));
		digest = (digest ^ word) * 0x100000001b3;
		digest ^= digest >> 29;
	}
	return digest ? digest : 1; /* 0 means that it is not known */
}

/* Appends bytes to the last ones that are kept. */
static void note_end(unsigned char end[FILE_END_MAX], const char *data, size_t len)
{
	if (len >= FILE_END_MAX) {
		memcpy(end, data + len - FILE_END_MAX, FILE_END_MAX);
		return;
	}
	memmove(end, end + len, FILE_END_MAX - len);
	memcpy(end + FILE_END_MAX - len, data, len);
}

enum err file_tail_open(struct file_tail *tail, const char *path, struct reason *why)
{
	struct stat file;
	int fd = -1;
	enum err err = safe_open(path, &fd, &file, why);

	if (err != ERR_NONE)
		return err;
	*tail = (struct file_tail){.fd = fd, .device = file.st_dev, .inode = file.st_ino};
	return ERR_NONE;
}

void file_tail_close(struct file_tail *tail)
{
	close(tail->fd);
	tail->fd = -1;
	buf_free(&tail->line);
	buf_free(&tail->text);
}

struct file_position file_tail_position(struct file_tail *tail)
{
	size_t len = tail->offset < FILE_HEAD_MAX ? (size_t)tail->offset : FILE_HEAD_MAX;
	uint64_t digest = tail->head_digest;

	if (digest == 0)
		digest = digest_of(tail->head, len);
	/* From here on it stays the same, and this is asked for with every line. */
	if (len == FILE_HEAD_MAX)
		tail->head_digest = digest;
	return (struct file_position){tail->offset, digest, digest_of_end(tail->end)};
}

/* SAMPLE 81920 9f86d081884c7d65 1b2c3d4e5f607182 */
void file_position_write(struct file_position position, char out[FILE_POSITION_SIZE])
{
	snprintf(out, FILE_POSITION_SIZE, "%" PRId64 " %016" PRIx64 " %016" PRIx64, position.offset,
		 position.digest, position.end_digest);
}

enum err file_position_parse(const char *text, struct file_position *out)
{
	struct file_position position = {0};
	int end = 0, count;

	count = sscanf(text, "%20" SCNd64 " %16" SCNx64 "%n %16" SCNx64 "%n", &position.offset,
		       &position.digest, &end, &position.end_digest, &end);
	if (count < 2 || text[end] || position.offset < 0)
		return ERR_MALFORMED;
	*out = position;
	return ERR_NONE;
}

bool file_tail_resume(struct file_tail *tail, const struct file_position *position)
{
	unsigned char head[FILE_HEAD_MAX], end[FILE_END_MAX] = {0};
	size_t len = position->offset < FILE_HEAD_MAX ? (size_t)position->offset : FILE_HEAD_MAX;
	size_t end_len = position->offset < FILE_END_MAX ? (size_t)position->offset : FILE_END_MAX;
	struct stat file;

	if (fstat(tail->fd, &file) < 0 || file.st_size < position->offset ||
	    pread(tail->fd, head, len, 0) != (ssize_t)len ||
	    pread(tail->fd, end + FILE_END_MAX - end_len, end_len, position->offset - (int64_t)end_len) !=
		    (ssize_t)end_len)
		return false;
	if (position->offset > 0 && digest_of(head, len) != position->digest)
		return false;
	if (position->end_digest && digest_of_end(end) != position->end_digest)
		return false;
	memcpy(tail->end, end, sizeof(end));
	memcpy(tail->scanned_end, end, sizeof(end));
	memcpy(tail->head, head, len);
	tail->head_len = len;
	tail->head_digest = 0;
	tail->offset = position->offset;
	tail->scanned = position->offset;
	buf_clear(&tail->line);
	return true;
}

bool file_tail_begins_like(const struct file_tail *tail, const struct file_tail *other)
{
	char mine[4096], others[sizeof(mine)];
	struct stat file;
	size_t len;

	if (fstat(tail->fd, &file) < 0 || file.st_size < FILE_HEAD_MAX || other->head_len < FILE_HEAD_MAX ||
	    pread(tail->fd, mine, FILE_HEAD_MAX, 0) != FILE_HEAD_MAX ||
	    memcmp(mine, other->head, FILE_HEAD_MAX) != 0)
		return false;
	/* What was written last is where two files differ that only begin alike. */
	len = file.st_size < (off_t)sizeof(mine) ? (size_t)file.st_size : sizeof(mine);
	return pread(tail->fd, mine, len, file.st_size - (off_t)len) == (ssize_t)len &&
	       pread(other->fd, others, len, file.st_size - (off_t)len) == (ssize_t)len &&
	       memcmp(mine, others, len) == 0;
}

bool file_tail_was_truncated(const struct file_tail *tail)
{
	unsigned char head[FILE_HEAD_MAX];
	struct stat file;

	if (fstat(tail->fd, &file) < 0)
		return false;
	return file.st_size < tail->scanned ||
	       pread(tail->fd, head, tail->head_len, 0) != (ssize_t)tail->head_len ||
	       memcmp(head, tail->head, tail->head_len) != 0;
}

static bool is_utf16(const struct file_tail *tail)
{
	return utf16_is_marked((const char *)tail->head, tail->head_len);
}

/*
 * The next newline's byte 0x0a. In UTF-16 a newline has two bytes and other characters may have one like it:
 * the lesser byte of each is at an even offset if it comes first. The other byte, a zero, is then the first
 * one of the next line, or else the last one of this line.
 */
static const char *find_newline(const struct file_tail *tail, const char *data, const char *at,
				const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	bool little;

	if (!newline || !is_utf16(tail))
		return newline;
	little = utf16_is_little((const char *)tail->head);
	for (; newline; newline = memchr(newline + 1, '\n', (size_t)(end - newline - 1))) {
		bool even = (tail->scanned + (newline - at)) % 2 == 0;
		bool zero = little ? newline + 1 == end || newline[1] == '\0'
				   : newline == data || newline[-1] == '\0';

		if (even == little && zero)
			return newline;
	}
	return NULL;
}

/* A line of UTF-16 in UTF-8, without the mark at the file's beginning and the zero of the newline before it.
 */
static void convert(struct file_tail *tail, const char **line, size_t *len)
{
	bool little = utf16_is_little((const char *)tail->head);

	if (little && *len % 2 == 1 && **line == '\0') {
		(*line)++;
		(*len)--;
	}
	if (utf16_is_marked(*line, *len)) {
		*line += 2;
		*len -= 2;
	}
	buf_clear(&tail->text);
	utf16_append(*line, *len, little, &tail->text);
	*line = buf_string(&tail->text);
	*len = tail->text.len;
}

/* A file that was truncated under a writer that does not append has a hole of zeros before its text. */
static void give_line(struct file_tail *tail, const char *line, size_t len, file_line_fn give, void *user)
{
	if (is_utf16(tail))
		convert(tail, &line, &len);
	while (len > 0 && *line == '\0') {
		line++;
		len--;
	}
	if (len > 0 && line[len - 1] == '\r')
		len--;
	give(user, line, len);
}

/* Keeps the start of a line until its end is read. */
static void keep_start(struct file_tail *tail, const char *data, size_t len)
{
	size_t room = FILE_LINE_MAX - tail->line.len;

	buf_append(&tail->line, data, len < room ? len : room);
}

/* Gives out the lines that end in `data`, straight from there where they began there too. */
static void give_lines(struct file_tail *tail, const char *data, size_t len, file_line_fn give, void *user)
{
	const char *at = data, *end = data + len, *newline;

	while ((newline = find_newline(tail, data, at, end))) {
		tail->scanned += newline + 1 - at;
		tail->offset = tail->scanned;
		note_end(tail->scanned_end, at, (size_t)(newline + 1 - at));
		memcpy(tail->end, tail->scanned_end, sizeof(tail->end));
		if (tail->line.len) {
			keep_start(tail, at, (size_t)(newline - at));
			give_line(tail, tail->line.data, tail->line.len, give, user);
			buf_clear(&tail->line);
		} else {
			give_line(tail, at, (size_t)(newline - at), give, user);
		}
		at = newline + 1;
	}
	keep_start(tail, at, (size_t)(end - at));
	note_end(tail->scanned_end, at, (size_t)(end - at));
	tail->scanned += end - at;
}

bool file_tail_read(struct file_tail *tail, size_t budget, file_line_fn give, void *user)
{
	char data[READ_SIZE_BYTES];

	for (size_t done = 0; done < budget;) {
		ssize_t got = pread(tail->fd, data, sizeof(data), tail->scanned);
		size_t head_room = FILE_HEAD_MAX - tail->head_len;

		if (got <= 0)
			return false;
		if (head_room > (size_t)got)
			head_room = (size_t)got;
		memcpy(tail->head + tail->head_len, data, head_room);
		tail->head_len += head_room;
		give_lines(tail, data, (size_t)got, give, user);
		done += (size_t)got;
	}
	return true;
}

void file_tail_finish(struct file_tail *tail, file_line_fn give, void *user)
{
	if (tail->line.len == 0)
		return;
	tail->offset = tail->scanned;
	memcpy(tail->end, tail->scanned_end, sizeof(tail->end));
	give_line(tail, tail->line.data, tail->line.len, give, user);
	buf_clear(&tail->line);
}
