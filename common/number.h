/*
 * Numbers from text: the whole string must be one number, and within the range its caller names. There is
 * no other parser of numbers for settings, queries and configuration.
 */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include "common/err.h"

#include <stdint.h>

/*
 * Reads a decimal number: digits, with a minus sign before them or none; no blanks, no plus sign.
 * ERR_MALFORMED if the text is anything else, ERR_INVALID if the number is not from `min` to `max`; *out
 * is untouched then.
 */
enum err number_parse(const char *text, int64_t min, int64_t max, int64_t *out) MUST_CHECK;

#endif
