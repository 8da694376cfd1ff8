/*
 * One followed log file, open: where it has been read to, and whether it still is the same text. Which files
 * are followed, and when they are looked at, is source_file's business.
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
#define FILE_LINE_MAX	   (256 * 1024) /* of a longer line the rest is dropped */
#define FILE_POSITION_SIZE 64

struct file_tail {
	int fd;
	dev_t device;
	ino_t inode;
	int64_t offset;	 /* behind the last line that was given out */
	int64_t scanned; /* behind the last byte that was read: offset and the start of a line without its end
			  */
	struct buf line; /* that start, up to FILE_LINE_MAX */
	unsigned char head[FILE_HEAD_MAX];
	size_t head_len;      /* min(scanned, FILE_HEAD_MAX) */
	uint64_t head_digest; /* of a whole head; 0: not computed yet */
};

/* Stands at 0. Fails as safe_open does. */
enum err file_tail_open(struct file_tail *tail, const char *path, struct reason *why) MUST_CHECK;
void file_tail_close(struct file_tail *tail); /* frees what it holds, not the struct */

/*
 * The position as text: the offset and a digest of the bytes before it, FILE_HEAD_MAX at most, so that
 * another file with a reused inode, or one that was truncated and has grown again, is not taken for this one.
 */
void file_tail_position(struct file_tail *tail, char out[FILE_POSITION_SIZE]);

/* A position as file_tail_position wrote it. */
struct file_position {
	int64_t offset;
	uint64_t digest;
};
enum err file_position_parse(const char *text, struct file_position *out) MUST_CHECK;

/* Whether the file has the text the position stands behind. */
bool file_tail_matches(const struct file_tail *tail, const struct file_position *position);

/* Goes on behind `position`, which must match. */
void file_tail_resume(struct file_tail *tail, const struct file_position *position);

/* Goes back to the beginning: what was read is forgotten. */
void file_tail_restart(struct file_tail *tail);

/* Whether what was read is gone: the file is shorter, or begins otherwise. */
bool file_tail_was_truncated(const struct file_tail *tail);

/* A line without its end; `user` as given. The tail's offset is behind it already. */
typedef void (*file_line_fn)(void *user, const char *line, size_t len);

/*
 * Reads on and gives out each whole line; a last line without newline waits for it. Returns false when the
 * end was reached, true when it stopped because of `budget` bytes.
 */
bool file_tail_read(struct file_tail *tail, size_t budget, file_line_fn give, void *user);

/* Gives out the start of a line whose newline will not come any more, if there is one. */
void file_tail_finish(struct file_tail *tail, file_line_fn give, void *user);

#endif
