/*
 * Allocation that cannot fail: running out of memory ends the process with a message (it is
 * supervised, and its state is in Redis). Every length that comes from outside is bounded first.
 */
#ifndef COMMON_MEM_H
#define COMMON_MEM_H

#include <stddef.h>

/* Zeroed memory for `count` objects of `size` bytes; the caller frees it. */
void *mem_alloc(size_t count, size_t size);

/* Like realloc; new bytes are not zeroed. */
void *mem_resize(void *old, size_t count, size_t size);

/* A NUL-terminated copy of `len` bytes, and of a string; the caller frees it. */
char *mem_copy(const char *text, size_t len);
char *mem_text(const char *text);

#endif
