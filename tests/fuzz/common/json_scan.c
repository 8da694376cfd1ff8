/*
 * The walk over stored JSON against the parser: nothing beyond the text is read, what it yields lies within
 * the text in order, and of what our own writer wrote it finds as many members as there are, each a value of
 * its own.
 */
#include "common/json_scan.h"
#include "common/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

/* Walks to the end; the number of members or elements. */
static size_t walk(struct json_scan *scan, const char *text, size_t len)
{
	const char *behind = text;
	struct span name = {0}, value = {0};
	size_t count = 0;

	for (; json_scan_next(scan, &name, &value); count++) {
		if (value.data < behind || !value.len || value.data + value.len > text + len)
			abort();
		if (name.data && (name.data < behind || name.data + name.len > value.data))
			abort();
		behind = value.data + value.len;
	}
	if (scan->state == JSON_SCAN_MORE)
		abort();
	return count;
}

static void scan_what_was_written(const struct json *document)
{
	struct buf written = {0};
	struct span name, value;
	struct json_scan scan;

	json_write(&written, document);
	scan = json_scan_open(written.data, written.len);
	if (walk(&scan, written.data, written.len) != json_count(document) || scan.state != JSON_SCAN_ENDED)
		abort();
	scan = json_scan_open(written.data, written.len);
	while (json_scan_next(&scan, &name, &value)) {
		struct json *again = NULL;

		if (json_parse(value.data, value.len, &again, NULL) != ERR_NONE)
			abort();
		json_free(again);
	}
	buf_free(&written);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const char *text = (const char *)data;
	struct json_scan scan = json_scan_open(text, len);
	struct json *document = NULL;
	struct span value;

	(void)walk(&scan, text, len);
	scan = json_scan_elements(text, len);
	(void)walk(&scan, text, len);
	if (json_scan_find(text, len, "a", &value) && json_scan_text(value).len > value.len)
		abort();
	if (json_parse(text, len, &document, NULL) != ERR_NONE)
		return 0;
	if (json_is_object(document) || json_is_array(document))
		scan_what_was_written(document);
	json_free(document);
	return 0;
}
