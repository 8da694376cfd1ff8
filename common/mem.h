/*
 * Allocation that cannot fail: when there is no memory, the process ends with a message. It is supervised
 * and its state is in Redis or on disk, so a fresh start is safer than thousands of branches that nobody
 * can test. That is sound only as long as every length that comes from outside is bounded before anything
 * is allocated for it.
 */
#ifndef COMMON_MEM_H
#define COMMON_MEM_H

#include <stddef.h>

/* Zeroed memory for `count` objects of `size` bytes each, never NULL; the caller frees it. */
void *mem_alloc(size_t count, size_t size);

/*
 * Like realloc, for `count` objects of `size` bytes each: `old` is gone, and bytes that are new are not
 * zeroed.
 */
void *mem_resize(void *old, size_t count, size_t size);

/* A copy of `len` bytes with a NUL behind them, and a copy of a string; the caller frees it. */
char *mem_copy(const char *text, size_t len);
char *mem_text(const char *text);

#endif
