/* Lists for people to read: columns as wide as their widest value, with the members' names above. */
#include "common/json.h"
#include "fcgi/cli/cli.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 8

/* The last column is not padded, so that no line ends in blanks. */
static void print_cell(const char *text, int width, bool is_last)
{
	if (is_last)
		printf("%s\n", text ? text : "");
	else
		printf("%-*s  ", width, text ? text : "");
}

enum err cli_print_table(const char *json, size_t len, const char *const *columns, size_t count)
{
	int widths[COLUMNS_MAX];
	struct json *rows = NULL;
	enum err err = json_parse(json, len, &rows, NULL);

	assert(count <= COLUMNS_MAX);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < count; i++) {
		widths[i] = (int)strlen(columns[i]);
		for (const struct json *row = json_first(rows); row; row = json_next(row)) {
			const char *text = json_text(json_get(row, columns[i]));

			if (text && (int)strlen(text) > widths[i])
				widths[i] = (int)strlen(text);
		}
	}
	for (size_t i = 0; i < count; i++)
		print_cell(columns[i], widths[i], i + 1 == count);
	for (const struct json *row = json_first(rows); row; row = json_next(row))
		for (size_t i = 0; i < count; i++)
			print_cell(json_text(json_get(row, columns[i])), widths[i], i + 1 == count);
	json_free(rows);
	return ERR_NONE;
}
