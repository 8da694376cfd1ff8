/*
 * Members that must have a type and lie in a range. All sentences about them are written here, so a field
 * of a report is refused in the same words as a parameter of a command.
 */
#include "common/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static enum err refuse(struct reason *why, const char *path, const char *key, const char *problem)
{
	return reason_set(why, ERR_INVALID, "%s%s%s %s", path, *path ? "." : "", key, problem);
}

/* Null says the same as leaving the member out: some languages cannot leave one out. */
static bool is_absent(const struct json *value)
{
	return !value || json_is_null(value);
}

enum err json_optional_text(const struct json *object, const char *path, const char *key, size_t max_len,
			    const char **out, struct reason *why)
{
	const struct json *value = json_get(object, key);
	const char *text = json_text(value);

	if (is_absent(value))
		return ERR_NONE;
	if (!text)
		return refuse(why, path, key, "must be a string");
	if (strlen(text) > max_len)
		return reason_set(why, ERR_INVALID, "%s%s%s is longer than %zu bytes", path, *path ? "." : "",
				  key, max_len);
	*out = text;
	return ERR_NONE;
}

enum err json_need_text(const struct json *object, const char *path, const char *key, size_t max_len,
			const char **out, struct reason *why)
{
	if (is_absent(json_get(object, key)))
		return refuse(why, path, key, "is missing");
	return json_optional_text(object, path, key, max_len, out, why);
}

enum err json_need_number(const struct json *object, const char *path, const char *key, double min,
			  double max, double *out, struct reason *why)
{
	const struct json *value = json_get(object, key);

	if (is_absent(value))
		return refuse(why, path, key, "is missing");
	if (!json_is_number(value))
		return refuse(why, path, key, "must be a number");
	if (json_number(value) < min || json_number(value) > max)
		return reason_set(why, ERR_INVALID, "%s%s%s must be from %.15g to %.15g", path,
				  *path ? "." : "", key, min, max);
	*out = json_number(value);
	return ERR_NONE;
}

enum err json_optional_integer(const struct json *object, const char *path, const char *key, int64_t min,
			       int64_t max, int64_t *out, struct reason *why)
{
	const struct json *value = json_get(object, key);
	double number = json_number(value);

	if (is_absent(value))
		return ERR_NONE;
	if (!json_is_number(value) || fabs(number) > JSON_EXACT_INTEGER || trunc(number) != number)
		return refuse(why, path, key, "must be a whole number");
	if ((int64_t)number < min || (int64_t)number > max)
		return reason_set(why, ERR_INVALID, "%s%s%s must be from %" PRId64 " to %" PRId64, path,
				  *path ? "." : "", key, min, max);
	*out = (int64_t)number;
	return ERR_NONE;
}

enum err json_need_integer(const struct json *object, const char *path, const char *key, int64_t min,
			   int64_t max, int64_t *out, struct reason *why)
{
	if (is_absent(json_get(object, key)))
		return refuse(why, path, key, "is missing");
	return json_optional_integer(object, path, key, min, max, out, why);
}
