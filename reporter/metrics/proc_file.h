/*
 * A file below proc/ that is read again and again. It stays open, because opening costs more than reading;
 * yet what is read is always what stands at the path now.
 */
#ifndef REPORTER_METRICS_PROC_FILE_H
#define REPORTER_METRICS_PROC_FILE_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <sys/types.h>

#define PROC_FILE_MAX (4 * 1024 * 1024) /* bytes: proc/net/dev of a machine with 30,000 interfaces */

struct proc_file {
	const char *name; /* below the root, for messages */
	char *path;
	int fd; /* -1: not open, which the next read tries again */
	dev_t device;
	ino_t inode;
};

/* `name` outlives the file, `root` (which ends with a slash) need not. Opens nothing yet. */
void proc_file_init(struct proc_file *file, const char *root, const char *name);
void proc_file_free(struct proc_file *file);

/*
 * Puts the whole file into `text`, whose contents are replaced; it allocates only while `text` grows. With
 * `compare` it looks first whether the path still leads to the file that is open (lxcfs, and bind mounts in
 * general, come and go), and opens the other one if not. A file that cannot be read is opened anew, once,
 * before that is an error.
 *
 * ERR_SYSTEM, or ERR_MALFORMED for an empty file, or ERR_TOO_LARGE, with a sentence that names the file;
 * `text` means nothing then.
 */
enum err proc_file_read(struct proc_file *file, struct buf *text, bool compare,
			struct reason *why) MUST_CHECK;

#endif
