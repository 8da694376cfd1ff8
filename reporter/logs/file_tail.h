/*
 * One log file, open: where it has been read to, and whether it still has the text that was read. Which files
 * are followed, and when they are looked at, is for followed_files and source_file to say.
 */
#ifndef REPORTER_LOGS_FILE_TAIL_H
#define REPORTER_LOGS_FILE_TAIL_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define FILE_HEAD_MAX	   256		/* bytes at a file's beginning that tell it from another */
#define FILE_END_MAX	   64		/* bytes before a position that do, multiple of 8 */
#define FILE_LINE_MAX	   (256 * 1024) /* of a longer line the rest is dropped */
#define FILE_POSITION_SIZE 64		/* of a position as text, its NUL included */

struct file_tail {
	int fd;
	dev_t device;
	ino_t inode;
	int64_t offset;	 /* behind the last line that was given out */
	int64_t scanned; /* behind the last byte that was read; beyond `offset` if a line has no end yet */
	struct buf line; /* the start of that line, up to FILE_LINE_MAX */
	struct buf text; /* scratch: a line of UTF-16 in UTF-8 */
	unsigned char head[FILE_HEAD_MAX];
	size_t head_len;		 /* min(scanned, FILE_HEAD_MAX) */
	uint64_t head_digest;		 /* of a whole head; 0: not computed yet */
	unsigned char end[FILE_END_MAX]; /* the bytes before `offset`, zeros in front of a shorter text */
	unsigned char scanned_end[FILE_END_MAX]; /* likewise those before `scanned` */
};

/*
 * A place in a file's text: the offset, and digests of the text's first bytes (FILE_HEAD_MAX at most) and of
 * the last ones before the offset. By the first digest another file with a reused inode, or one that was
 * truncated and has grown again, is not taken for this one. The second one also tells files apart that begin
 * alike, as with a banner; 0: not known, as in positions that older versions saved.
 */
struct file_position {
	int64_t offset;
	uint64_t digest, end_digest;
};

/* Stands at 0. Fails as safe_open does: ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID or ERR_SYSTEM, with a
 * sentence. */
enum err file_tail_open(struct file_tail *tail, const char *path, struct reason *why) MUST_CHECK;

/* Frees what it holds, not the struct. */
void file_tail_close(struct file_tail *tail);

/* Behind the last line that was given out. Not const, because a whole head's digest is computed only once. */
struct file_position file_tail_position(struct file_tail *tail);

/* A position as text for the spool. */
void file_position_write(struct file_position position, char out[FILE_POSITION_SIZE]);

/* A position from that text. ERR_MALFORMED, and *out untouched, if it is no position. */
enum err file_position_parse(const char *text, struct file_position *out) MUST_CHECK;

/*
 * Goes on behind `position`, and forgets what was read, if the file has the text that the position stands
 * behind. A zeroed position is the file's start, which every file has. False, and nothing changed, if it has
 * not.
 */
bool file_tail_resume(struct file_tail *tail, const struct file_position *position);

/*
 * Whether the file's text, at least a head's length of it, is how the other's text begins: `tail` may be a
 * copy of the other file that is still being made. The other file must not have been truncated.
 */
bool file_tail_begins_like(const struct file_tail *tail, const struct file_tail *other);

/* Whether what was read is gone: the file is shorter, or begins otherwise. */
bool file_tail_was_truncated(const struct file_tail *tail);

/* A line without its end; `user` as given. The tail's offset is behind it already. */
typedef void (*file_line_fn)(void *user, const char *line, size_t len);

/*
 * Reads on and gives out each whole line; a last line without newline waits for it. False when the end was
 * reached, true when it stopped because it had read `budget` bytes (or a few more).
 */
bool file_tail_read(struct file_tail *tail, size_t budget, file_line_fn give, void *user);

/* Gives out the start of a line whose newline will not come any more, if there is one. */
void file_tail_finish(struct file_tail *tail, file_line_fn give, void *user);

#endif
