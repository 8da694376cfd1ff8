/* The worker's token, read from its file. */
#ifndef REPORTER_CONFIG_CREDENTIAL_H
#define REPORTER_CONFIG_CREDENTIAL_H

#include "common/buf.h"
#include "common/err.h"

/*
 * Replaces *out by the token in the file, without the blanks around it. ERR_INVALID if it is no regular file,
 * if others than its owner have any right to it, or if it holds no token; ERR_SYSTEM if it cannot be read.
 * `why` names the file and never what is in it; *out is untouched then.
 */
enum err credential_read(const char *path, struct buf *out, struct reason *why) MUST_CHECK;

#endif
