/*
 * The alphabets of names, and getrandom(2) for ids. Whether a node or a user of that name exists is not
 * known here.
 */
#include "common/id.h"

#include <assert.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>
#include <unistd.h>

#define ALNUM	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define NODE_ALSO   "._-"
#define SERVICE_MAX 128

static bool is_name(const char *text, size_t max, const char *also)
{
	size_t len;

	if (!text || !*text || !strchr(ALNUM, *text))
		return false;
	len = strnlen(text, max + 1);
	if (len > max)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr(ALNUM, text[i]) && !strchr(also, text[i]))
			return false;
	return true;
}

bool id_is_node(const char *text)
{
	return is_name(text, ID_NODE_MAX, NODE_ALSO);
}

bool id_is_service(const char *text)
{
	return is_name(text, SERVICE_MAX, "._-@:\\");
}

void id_random(char out[ID_RANDOM_SIZE])
{
	unsigned char bytes[(ID_RANDOM_SIZE - 1) / 2];
	ssize_t got = getrandom(bytes, sizeof(bytes), 0);

	assert(got == (ssize_t)sizeof(bytes)); /* up to 256 bytes are never cut short, getrandom(2) */
	for (size_t i = 0; i < sizeof(bytes); i++) {
		out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	out[ID_RANDOM_SIZE - 1] = '\0';
}

void id_of_host(char out[ID_NODE_SIZE])
{
	if (gethostname(out, ID_NODE_SIZE) < 0)
		*out = '\0';
	out[ID_NODE_SIZE - 1] = '\0'; /* a longer name was cut, with no NUL behind it */
	for (char *c = out; *c; c++)
		if (!strchr(ALNUM NODE_ALSO, *c))
			*c = '-';
	if (!id_is_node(out))
		memcpy(out, "this-machine", sizeof("this-machine"));
}
