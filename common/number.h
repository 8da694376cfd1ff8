/* Numbers from text: the whole string, in range, or an error that names nothing away. */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include "common/err.h"

#include <stdint.h>

/* Decimal only, optional minus sign, no blanks. ERR_MALFORMED if not a number, ERR_INVALID if outside [min,
 * max]; *out untouched then. */
enum err number_parse(const char *text, int64_t min, int64_t max, int64_t *out) MUST_CHECK;

#endif
