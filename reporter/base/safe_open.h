/*
 * Opening a file whose path may lead through directories of unprivileged users. The reporter often may read
 * what they may not, and what it reads is shown on the page; so no link of theirs decides what that is.
 *
 * - A symbolic link that root or the reporter's own user made is followed. Anybody else's is followed only to
 *   a file of that same user's.
 * - A file or a link that has several names counts only in a directory where nobody could have given it this
 *   one but root, the reporter's user or its own owner.
 *
 * This is the idea of the kernel's fs.protected_symlinks and fs.protected_hardlinks (see proc_sys_fs(5)), in
 * every directory and not only in sticky ones.
 */
#ifndef REPORTER_BASE_SAFE_OPEN_H
#define REPORTER_BASE_SAFE_OPEN_H

#include "common/err.h"

#include <sys/stat.h>

/*
 * Opens a regular file for reading; *file is its state then. What is opened is the very file that was judged,
 * whatever happens to the path meanwhile, and nothing else is: no device, and no FIFO that could be waited
 * for. The caller closes *fd.
 *
 * ERR_NOT_FOUND, ERR_FORBIDDEN by the rules above, ERR_INVALID if it is no regular file, ERR_SYSTEM; `why`
 * says it in words.
 */
enum err safe_open(const char *path, int *fd, struct stat *file, struct reason *why) MUST_CHECK;

#endif
