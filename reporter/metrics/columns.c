/* Columns of numbers, read digit by digit. */
#include "reporter/metrics/columns.h"

bool columns_read(const char *text, size_t count, uint64_t *out)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t number = 0;

		while (*text == ' ' || *text == '\t')
			text++;
		if (*text < '0' || *text > '9')
			return false;
		for (; *text >= '0' && *text <= '9'; text++) {
			if (number > (INT64_MAX - 9) / 10)
				return false;
			number = number * 10 + (uint64_t)(*text - '0');
		}
		if (*text != ' ' && *text != '\t' && *text != '\n' && *text != '\0')
			return false;
		out[i] = number;
	}
	return true;
}
