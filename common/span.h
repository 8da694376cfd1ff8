/* Looking into stored JSON without parsing it: a member of an object that we wrote ourselves, so compact. */
#ifndef COMMON_SPAN_H
#define COMMON_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *at; /* into the text that was looked at */
	size_t len;
};

/* The value of the object's own member `key` (not of objects within it); false if it has none. */
bool span_find(const char *json, size_t len, const char *key, struct span *out);

#endif
