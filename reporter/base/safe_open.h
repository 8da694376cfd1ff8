/*
 * Opening a file whose path may lead through directories of unprivileged users. The reporter may often read
 * what those users may not, and it shows what it reads on the page. So no link of theirs may choose the file:
 *
 * - A symbolic link that root or the reporter's own user made is followed. A link of another user is followed
 *   only to a file of that same user.
 * - A file or a link with several names (hard links) is used only in a directory where nobody but root, the
 *   reporter's user or its own owner could have given it this name.
 *
 * This is the idea of the kernel's fs.protected_symlinks and fs.protected_hardlinks (see proc_sys_fs(5)), in
 * every directory and not only in sticky ones.
 */
#ifndef REPORTER_BASE_SAFE_OPEN_H
#define REPORTER_BASE_SAFE_OPEN_H

#include "common/err.h"

#include <sys/stat.h>

/*
 * Opens a regular file for reading (with O_NONBLOCK and O_CLOEXEC); *file is what fstat said of it. The file
 * that is opened is the very one that was judged, whatever happens to its path meanwhile. The caller closes
 * *fd.
 *
 * ERR_NOT_FOUND; ERR_FORBIDDEN by the rules above; ERR_INVALID if it is no regular file; ERR_SYSTEM for
 * everything else, also if it may not be read. `why` says it in words; *fd and *file are untouched then.
 */
enum err safe_open(const char *path, int *fd, struct stat *file, struct reason *why) MUST_CHECK;

#endif
