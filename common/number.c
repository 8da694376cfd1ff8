/*
 * strtoll with stricter rules: alone it would also take leading blanks, a plus sign, and any text behind
 * the number.
 */
#include "common/number.h"

#include <errno.h>
#include <stdlib.h>

enum err number_parse(const char *text, int64_t min, int64_t max, int64_t *out)
{
	const char *digits = *text == '-' ? text + 1 : text;
	long long value;
	char *end;

	if (*digits < '0' || *digits > '9')
		return ERR_MALFORMED;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (*end)
		return ERR_MALFORMED;
	if (errno == ERANGE || value < min || value > max)
		return ERR_INVALID;
	*out = value;
	return ERR_NONE;
}
