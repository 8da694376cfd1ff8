/* What is read can be written, and what was written reads as the same. */
#include "common/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct json *document = NULL, *again = NULL;
	struct buf first = {0}, second = {0};
	struct reason why;

	if (json_parse((const char *)data, len, &document, &why) != ERR_NONE)
		return 0;
	json_write(&first, document);
	if (json_parse(buf_string(&first), first.len, &again, &why) != ERR_NONE)
		abort(); /* our own JSON must be read */
	json_write(&second, again);
	assert(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	json_free(document);
	json_free(again);
	buf_free(&first);
	buf_free(&second);
	return 0;
}
