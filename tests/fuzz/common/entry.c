/* Entries, as a worker sends them and as they might stand in Redis. */
#include "common/entry.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void read_as_a_workers(const char *text, size_t len)
{
	struct buf scratch = {0}, out = {0};
	struct json *document = NULL;
	struct entry entry;
	struct reason why;

	if (json_parse(text, len, &document, &why) != ERR_NONE)
		return;
	if (entry_read(document, "logs[0]", 0, &scratch, &entry, &why) == ERR_NONE) {
		struct entry_filter none = {.level = LEVEL_DEBUG};

		entry_write(&out, &entry, "worker-1", true);
		buf_text(&out, ",\"seq\":7}");
		if (entry_seq(out.data, out.len) != 7 || !entry_matches(&none, out.data, out.len))
			abort();
	}
	json_free(document);
	buf_free(&scratch);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct entry_filter filter = {
		.node = "worker-1", .level = LEVEL_INFO, .logger_name = "a", .text = "\"b"};

	(void)entry_matches(&filter, (const char *)data, len);
	(void)entry_seq((const char *)data, len);
	read_as_a_workers((const char *)data, len);
	return 0;
}
