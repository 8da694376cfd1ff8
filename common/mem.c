/*
 * Allocation that ends the process when there is no memory left, or the size asked for cannot be counted.
 */
#include "common/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void die_without_memory(size_t count, size_t size)
{
	fprintf(stderr, "ERROR mem: out of memory wanted=%zux%zu\n", count, size);
	abort();
}

void *mem_alloc(size_t count, size_t size)
{
	void *new = calloc(count ? count : 1, size ? size : 1);

	if (!new)
		die_without_memory(count, size);
	return new;
}

void *mem_resize(void *old, size_t count, size_t size)
{
	void *new = reallocarray(old, count ? count : 1, size ? size : 1);

	if (!new)
		die_without_memory(count, size);
	return new;
}

char *mem_copy(const char *text, size_t len)
{
	char *copy = mem_alloc(len + 1, 1);

	memcpy(copy, text, len);
	return copy;
}

char *mem_text(const char *text)
{
	return mem_copy(text, strlen(text));
}
