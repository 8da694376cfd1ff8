/*
 * What rotation does to followed files, and where reading goes on after it: nothing is skipped, and nothing
 * is read twice. Its head in rotation.c tells how.
 */
#ifndef REPORTER_LOGS_ROTATION_H
#define REPORTER_LOGS_ROTATION_H

#include "reporter/logs/followed_files.h"

#include <stdbool.h>

/*
 * Looks at the names on disk again: follows what is new, and what rotation left unread. Every file counts as
 * unread then. What cannot be followed is logged once for as long as that lasts, and tried again at the next
 * call.
 */
void rotation_update(struct followed_files *files);

/*
 * A new file: finds out whether it is a copy of one that was read, and is so read from where the other was
 * left; or whether it is a file of its own. It stays new while that cannot be told.
 *
 * Any other file: looks whether its text was truncated away. If so, a live or renamed file is read from its
 * start again, and a nameless one, whose name rotation has reused for the next copy, is let go. What had not
 * been read is followed in the copy that was made before the truncation, if there is one.
 *
 * True if text was truncated or a copy was found: `file` may be freed, and the items have another order.
 */
bool rotation_check(struct followed_files *files, struct followed_file *file);

#endif
