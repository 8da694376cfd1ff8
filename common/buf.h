/*
 * A growable byte buffer. Its contents are always followed by a NUL that is not counted, so `data` can be
 * used as a string, but for a buffer that never held anything: there `data` is NULL, and buf_string gives
 * "". A zeroed struct is an empty buffer. Memory grows by doubling and is never given back before
 * buf_free.
 */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include "common/err.h"

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t capacity;
};

void buf_free(struct buf *buf);			/* leaves an empty buffer */
void buf_clear(struct buf *buf);		/* forgets the contents, keeps the memory */
void buf_truncate(struct buf *buf, size_t len); /* keeps the first `len` bytes */
void buf_reserve(struct buf *buf, size_t more); /* room for `more` bytes beyond len */
void buf_consume(struct buf *buf, size_t len);	/* drops the first `len` bytes */

void buf_append(struct buf *buf, const void *data, size_t len);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);

/* The contents as a string, "" if there are none; valid until the next change. */
const char *buf_string(const struct buf *buf);

/*
 * Hands the memory, a string that is never NULL, to the caller, who frees it; the buffer is empty
 * afterwards.
 */
char *buf_steal(struct buf *buf);

#endif
