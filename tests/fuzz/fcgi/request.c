/* What a request carries besides JSON: its query and a gzip body. */
#include "common/mem.h"
#include "fcgi/http/gunzip.h"
#include "fcgi/http/query.h"

#include <stdlib.h>

#define UNPACKED_MAX 4096

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	char *text = mem_copy((const char *)data, len);
	struct query query = {.count = 0};
	struct buf unpacked = {0};
	struct reason why;
	int64_t limit = 7;

	if (query_parse(text, &query, &why) == ERR_NONE) {
		if (query_integer(&query, "limit", 1, 100, &limit, &why) == ERR_NONE &&
		    (limit < 1 || limit > 100))
			abort();
		query_free(&query);
	}
	if (gunzip(data, len, UNPACKED_MAX, &unpacked, &why) == ERR_NONE && unpacked.len > UNPACKED_MAX)
		abort();
	buf_free(&unpacked);
	free(text);
	return 0;
}
