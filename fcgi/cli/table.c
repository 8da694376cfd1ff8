/* Lists for a person to read: columns as wide as what stands in them. */
#include "common/json.h"
#include "fcgi/cli/cli.h"

#include <stdio.h>
#include <string.h>

static int width_of(const struct json *rows, const char *column)
{
	size_t width = strlen(column);

	for (const struct json *row = json_first(rows); row; row = json_next(row)) {
		const char *text = json_text(json_get(row, column));

		if (text && strlen(text) > width)
			width = strlen(text);
	}
	return (int)width;
}

static void print_cell(const char *text, int width, bool is_last)
{
	if (is_last)
		printf("%s\n", text ? text : "");
	else
		printf("%-*s  ", width, text ? text : "");
}

enum err cli_print_table(const char *json, size_t len, const char *const *columns, size_t count)
{
	struct json *rows = NULL;
	enum err err = json_parse(json, len, &rows, NULL);

	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < count; i++)
		print_cell(columns[i], width_of(rows, columns[i]), i + 1 == count);
	for (const struct json *row = json_first(rows); row; row = json_next(row))
		for (size_t i = 0; i < count; i++)
			print_cell(json_text(json_get(row, columns[i])), width_of(rows, columns[i]),
				   i + 1 == count);
	json_free(rows);
	return ERR_NONE;
}
