/* A worker's report: whatever passes is stored as valid JSON whose head can be read. */
#include "fcgi/report/report.h"
#include "common/node.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void check_json(const struct buf *text)
{
	struct json *document = NULL;
	struct reason why;

	if (json_parse(buf_string(text), text->len, &document, &why) != ERR_NONE)
		abort();
	json_free(document);
}

static void write(const struct parsed_report *report)
{
	struct report_grant grant = {.now_ms = 1763375400123, .interval_s = 30};
	struct buf state = {0}, point = {0}, summary = {0};
	struct node_head head;

	report_write_state(report, &grant, &state);
	report_write_point(report, &grant, &point);
	report_write_summary(report, &grant, &summary);
	check_json(&state);
	check_json(&point);
	check_json(&summary);
	if (node_head_read(state.data, state.len, &head) != ERR_NONE)
		abort();
	buf_free(&state);
	buf_free(&point);
	buf_free(&summary);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct json *document = NULL;
	struct parsed_report report;
	struct reason why;

	if (json_parse((const char *)data, len, &document, &why) != ERR_NONE)
		return 0;
	if (report_read(document, &report, &why) == ERR_NONE) {
		write(&report);
		report_free(&report);
	}
	json_free(document);
	return 0;
}
