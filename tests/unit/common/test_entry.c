/* Log entries: read from a worker, stored, filtered. */
#include "common/entry.h"
#include "common/limits.h"
#include "common/text.h"
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct entry ENTRY = {
	.timestamp_ms = 1763375400123,
	.level = LEVEL_ERROR,
	.logger_name = "Service.my_service",
	.message = "Отказ: \"disk\"\tfull\n",
	.message_len = sizeof("Отказ: \"disk\"\tfull\n") - 1,
	.module = "my_service",
	.function = "process_data",
	.line = 42,
};

/* The entry as it is stored: with its node and its seq. */
static void store(struct buf *out)
{
	entry_write(out, &ENTRY, "worker-1", true);
	buf_text(out, ",\"seq\":1234}");
}

static void it_is_written_in_the_order_of_the_contract(void **state)
{
	struct buf out = {0};

	(void)state;
	store(&out);
	assert_string_equal(
		buf_string(&out),
		"{\"timestamp\":\"2025-11-17T10:30:00.123Z\",\"node_id\":\"worker-1\",\"level\":\"ERROR\","
		"\"logger_name\":\"Service.my_service\",\"message\":\"Отказ: \\\"disk\\\"\\tfull\\n\","
		"\"module\":\"my_service\",\"funcName\":\"process_data\",\"lineno\":42,\"seq\":1234}");
	assert_int_equal(entry_seq(out.data, out.len), 1234);
	assert_int_equal(entry_seq("{}", 2), 0);
	assert_int_equal(entry_seq("", 0), 0);
	assert_int_equal(entry_seq("{\"lineno\":42}", 13), 0);
	buf_free(&out);
}

static void names_that_are_too_long_are_cut_where_it_can_be_read_again(void **state)
{
	static const char *const NAMES[] = {"x", "ж", "\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		struct buf name = {0}, out = {0}, scratch = {0};
		struct entry entry = {.level = LEVEL_INFO, .message = "x", .message_len = 1}, again;
		struct json *document = NULL;

		while (name.len <= LIMIT_NAME)
			buf_text(&name, NAMES[i]);
		entry.logger_name = entry.module = entry.function = name.data;
		entry_write(&out, &entry, NULL, false);
		assert_int_equal(json_parse(out.data, out.len, &document, NULL), ERR_NONE);
		assert_int_equal(entry_read(document, "entry", 0, &scratch, &again, NULL), ERR_NONE);
		assert_in_range(strlen(again.logger_name), LIMIT_NAME - 3, LIMIT_NAME);
		assert_string_equal(again.logger_name, again.function);
		json_free(document);
		buf_free(&name);
		buf_free(&out);
		buf_free(&scratch);
	}
}

static void filters_look_at_the_text_not_at_its_escapes(void **state)
{
	static const struct {
		struct entry_filter filter;
		bool passes;
	} CASES[] = {
		{{.level = LEVEL_DEBUG}, true},
		{{.level = LEVEL_ERROR}, true},
		{{.level = LEVEL_CRITICAL}, false},
		{{.node = "worker-1"}, true},
		{{.node = "worker-2"}, false},
		{{.logger_name = "SERVICE"}, true},
		{{.logger_name = "other"}, false},
		{{.text = "отказ: \"DISK\"\tf"}, true},
		{{.text = "\\t"}, false},
		{{.text = "process_data"}, false},
		{{.text = "worker-1"}, false},
		{{.node = "worker-1", .level = LEVEL_WARNING, .logger_name = "my", .text = "full\n"}, true},
	};
	struct buf out = {0};

	(void)state;
	store(&out);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		assert_int_equal(entry_matches(&CASES[i].filter, out.data, out.len), CASES[i].passes);
	buf_free(&out);
}

static void cut_short_anywhere_it_is_read_without_harm(void **state)
{
	struct entry_filter filter = {.text = "full", .logger_name = "my"};
	struct buf out = {0};

	(void)state;
	store(&out);
	for (size_t len = 0; len < out.len; len++) {
		char *copy =
			malloc(len + 1); /* its own block, so that a sanitizer sees the first byte beyond */

		memcpy(copy, out.data, len);
		(void)entry_matches(&filter, copy, len);
		(void)entry_seq(copy, len);
		free(copy);
	}
	buf_free(&out);
}

static enum err read(const char *text, struct entry *entry, struct buf *scratch, struct json **document,
		     struct reason *why)
{
	assert_int_equal(json_parse(text, strlen(text), document, why), ERR_NONE);
	return entry_read(*document, "logs[3]", 99, scratch, entry, why);
}

static void a_workers_entry_is_checked(void **state)
{
	static const struct {
		const char *text, *says;
	} BAD[] = {
		{"[]", "logs[3] must be an object"},
		{"{\"message\":\"m\"}", "logs[3].level is missing"},
		{"{\"level\":\"LOUD\",\"message\":\"m\"}", "logs[3].level must be"},
		{"{\"level\":5,\"message\":\"m\"}", "logs[3].level must be a string"},
		{"{\"level\":\"INFO\"}", "logs[3].message is missing"},
		{"{\"level\":\"INFO\",\"message\":{}}", "logs[3].message must be a string"},
		{"{\"level\":\"INFO\",\"message\":\"m\",\"lineno\":\"1\"}",
		 "logs[3].lineno must be a whole number"},
		{"{\"level\":\"INFO\",\"message\":\"m\",\"timestamp\":\"now\"}", "logs[3].timestamp is not"},
		{"{\"level\":\"INFO\",\"message\":\"m\",\"module\":[]}", "logs[3].module must be a string"},
	};
	struct json *document = NULL;
	struct buf scratch = {0};
	struct entry entry;
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		assert_int_equal(read(BAD[i].text, &entry, &scratch, &document, &why), ERR_INVALID);
		assert_ptr_equal(strstr(why.text, BAD[i].says), why.text);
		json_free(document);
	}
	assert_int_equal(read("{\"level\":\"warn\",\"message\":\"m\"}", &entry, &scratch, &document, &why),
			 ERR_NONE);
	assert_int_equal(entry.level, LEVEL_WARNING);
	assert_int_equal(entry.timestamp_ms, 99);
	json_free(document);
	buf_free(&scratch);
}

static void a_long_message_is_cut_at_a_character_and_marked(void **state)
{
	size_t len = (size_t)LIMIT_MESSAGE * 2;
	char *message = malloc(len);
	struct entry entry = {.message = message, .message_len = len};
	struct buf scratch = {0};

	(void)state;
	for (size_t i = 0; i < len; i += 2)
		memcpy(message + i, "\xd0\x96", 2);
	entry_cut_message(&entry, &scratch);
	assert_in_range(entry.message_len, LIMIT_MESSAGE - 1, LIMIT_MESSAGE);
	assert_string_equal(entry.message + entry.message_len - 8, "\xe2\x80\xa6[cut]");
	for (size_t i = 0; i < entry.message_len;
	     i += text_utf8_len(entry.message + i, entry.message_len - i))
		assert_int_not_equal(text_utf8_len(entry.message + i, entry.message_len - i), 0);
	free(message);
	buf_free(&scratch);
}

static void a_message_is_cut_by_what_it_takes_in_json(void **state)
{
	static const char *const PIECES[] = {"\x01", "\"", "\n", "\xff", "\x7f\xd0\x96", "x"};

	(void)state;
	for (size_t i = 0; i < sizeof(PIECES) / sizeof(PIECES[0]); i++) {
		struct buf message = {0}, scratch = {0}, out = {0};
		struct entry entry = {.level = LEVEL_INFO};

		while (message.len < LIMIT_MESSAGE)
			buf_text(&message, PIECES[i]);
		buf_text(&message, PIECES[i]);
		entry.message = message.data;
		entry.message_len = message.len;
		entry_cut_message(&entry, &scratch);
		assert_ptr_equal(entry.message, scratch.data);
		json_quote(&out, entry.message, entry.message_len);
		assert_in_range(out.len, LIMIT_MESSAGE - 8, LIMIT_MESSAGE + 2);
		entry_cut_message(&entry, &message);
		assert_ptr_equal(entry.message, scratch.data); /* once cut, never again */
		buf_free(&message);
		buf_free(&scratch);
		buf_free(&out);
	}
}

static void levels_of_other_programs_are_known(void **state)
{
	enum level level;

	(void)state;
	assert_int_equal(level_of_severity(0), LEVEL_CRITICAL);
	assert_int_equal(level_of_severity(3), LEVEL_ERROR);
	assert_int_equal(level_of_severity(5), LEVEL_INFO);
	assert_int_equal(level_of_severity(7), LEVEL_DEBUG);
	assert_int_equal(level_of_severity(99), LEVEL_INFO);
	assert_int_equal(level_parse("Fatal", 5, &level), ERR_NONE);
	assert_int_equal(level, LEVEL_CRITICAL);
	assert_int_equal(level_parse("ERRONEOUS", 9, &level), ERR_INVALID);
}

static void a_moment_is_compared_with_the_time_of_an_entry(void **state)
{
	const struct entry entry = {.timestamp_ms = 1763375400123, .message = "m", .message_len = 1};
	struct buf out = {0};

	(void)state;
	entry_write(&out, &entry, "worker-1", false);
	assert_true(entry_is_since(out.data, out.len, "2025-11-17T10:30:00.123Z"));
	assert_true(entry_is_since(out.data, out.len, "0000-01-01T00:00:00.000Z"));
	assert_false(entry_is_since(out.data, out.len, "2025-11-17T10:30:00.124Z"));
	assert_false(entry_is_since("{}", 2, "2025-11-17T10:30:00.123Z"));
	assert_false(entry_is_since("", 0, "2025-11-17T10:30:00.123Z"));
	buf_free(&out);
}

static void fields_are_made_flat_and_bounded(void **state)
{
	static const char LINE[] =
		"{\"level\":\"INFO\",\"message\":\"m\",\"fields\":{\"user\":\"a\\\"b\",\"took\":1.5,\"ok\":"
		"true,"
		"\"none\":null,\"tags\":[1,\"x\"],\"request\":{\"method\":\"GET\",\"size\":7}}}";
	struct json *document = NULL;
	struct buf scratch = {0}, out = {0}, large = {0};
	struct entry entry;
	struct reason why;

	(void)state;
	assert_int_equal(read(LINE, &entry, &scratch, &document, &why), ERR_NONE);
	entry_write(&out, &entry, NULL, false);
	assert_non_null(strstr(out.data,
			       ",\"lineno\":0,\"fields\":{\"user\":\"a\\\"b\",\"took\":1.5,\"ok\":true,"
			       "\"tags\":\"[1,\\\"x\\\"]\",\"request.method\":\"GET\",\"request.size\":7}}"));
	json_free(document);

	/* What goes beyond the limit is left out, what fits stays, and a cut message with it. */
	buf_text(&large, "{\"level\":\"INFO\",\"message\":\"");
	for (size_t i = 0; i <= LIMIT_MESSAGE; i++)
		buf_char(&large, 'm');
	buf_text(&large, "\",\"fields\":{\"small\":1,\"large\":\"");
	for (size_t i = 0; i < LIMIT_FIELDS; i++)
		buf_char(&large, 'x');
	buf_text(&large, "\",\"last\":\"y\"}}");
	assert_int_equal(read(large.data, &entry, &scratch, &document, &why), ERR_NONE);
	assert_true(span_is(entry.fields, "{\"small\":1,\"last\":\"y\"}"));
	assert_memory_equal(entry.message + entry.message_len - 5, "[cut]", 5);
	json_free(document);

	assert_int_equal(read("{\"level\":\"INFO\",\"message\":\"m\",\"fields\":[1]}", &entry, &scratch,
			      &document, &why),
			 ERR_INVALID);
	assert_string_equal(why.text, "logs[3].fields must be an object");
	json_free(document);
	buf_free(&scratch);
	buf_free(&out);
	buf_free(&large);
}

static void a_search_covers_the_fields(void **state)
{
	static const struct {
		const char *text;
		bool passes;
	} CASES[] = {
		{"FULL", true},	   {"order=17", true},	{"17", true},	      {"a \"quoted\" one", true},
		{"ORDER", true},   {"order=18", false}, {"\"order\"", false}, {"process_data", false},
		{"ok=true", true},
	};
	static const char FIELDS[] = "{\"order\":17,\"text\":\"a \\\"quoted\\\" one\",\"ok\":true}";
	struct entry entry = ENTRY;
	struct buf out = {0};

	(void)state;
	entry.fields = (struct span){FIELDS, strlen(FIELDS)};
	entry_write(&out, &entry, "worker-1", true);
	buf_text(&out, ",\"seq\":1234}");
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct entry_filter filter = {.level = LEVEL_DEBUG};

		snprintf(filter.text, sizeof(filter.text), "%s", CASES[i].text);
		assert_int_equal(entry_matches(&filter, out.data, out.len), CASES[i].passes);
	}
	assert_int_equal(entry_seq(out.data, out.len), 1234);
	buf_free(&out);
}

static int with_utf8(void **state)
{
	(void)state;
	text_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_written_in_the_order_of_the_contract),
		cmocka_unit_test(names_that_are_too_long_are_cut_where_it_can_be_read_again),
		cmocka_unit_test(filters_look_at_the_text_not_at_its_escapes),
		cmocka_unit_test(cut_short_anywhere_it_is_read_without_harm),
		cmocka_unit_test(a_workers_entry_is_checked),
		cmocka_unit_test(a_long_message_is_cut_at_a_character_and_marked),
		cmocka_unit_test(a_message_is_cut_by_what_it_takes_in_json),
		cmocka_unit_test(levels_of_other_programs_are_known),
		cmocka_unit_test(fields_are_made_flat_and_bounded),
		cmocka_unit_test(a_search_covers_the_fields),
		cmocka_unit_test(a_moment_is_compared_with_the_time_of_an_entry),
	};

	return cmocka_run_group_tests_name("common/entry", tests, with_utf8, NULL);
}
