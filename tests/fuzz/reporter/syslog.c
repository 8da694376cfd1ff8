/* Datagrams of any program: syslog messages and lines of log files. */
#include "reporter/logs/line.h"
#include "reporter/logs/syslog_message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void check_entry(const struct entry *entry)
{
	struct buf out = {0};
	struct json *document = NULL;
	struct reason why;

	entry_write(&out, entry, NULL, false);
	if (json_parse(buf_string(&out), out.len, &document, &why) != ERR_NONE)
		abort(); /* what we send must be JSON, whatever we read */
	json_free(document);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct line_parser parser = {.format = LOG_FORMAT_AUTO, .logger = "fuzz"};
	struct syslog_message message;
	struct entry entry = {0};
	const char *text = (const char *)data;

	if (syslog_message_read(text, len, 0, &message) == ERR_NONE &&
	    (message.severity < 0 || message.severity > 7))
		abort();
	if (line_read(&parser, text, len, 0, &entry))
		check_entry(&entry);
	if (line_read(&parser, text + len / 2, len - len / 2, 0, &entry))
		check_entry(&entry);
	while (line_flush(&parser, 0, &entry))
		check_entry(&entry);
	entry = (struct entry){.logger_name = "fuzz", .message = text, .message_len = len};
	line_read_message(&parser, false, 0, &entry);
	check_entry(&entry);
	line_parser_free(&parser);
	return 0;
}
